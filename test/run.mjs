// `npm test`: every check and every test, in order, from a fresh clone. `npm test -- unit lint` runs those steps and what they need.
// It stops at the first step that fails; the last line is always of the form `N passed, N failed`, and that is what CI reads.
// Node modules only: it runs before anything is installed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readCounts } from './runner/counts.mjs';
import { runProgram } from './runner/program.mjs';
import { chooseSteps } from './runner/steps.mjs';

const isCi = !['', '0', 'false', undefined].includes(process.env.CI);
const reports = mkdtempSync(path.join(tmpdir(), 'tempered-reports-'));
process.on('exit', () => rmSync(reports, { recursive: true, force: true }));

const startedAt = performance.now();
const total = { passed: 0, failed: 0 };
const lines = [];
for (const step of chooseSteps(process.argv.slice(2), reports)) {
  console.log(`\n=== ${step.name}: ${step.title}`);
  const { seconds, problem, counts } = await runStep(step);
  total.passed += counts.passed;
  total.failed += counts.failed;
  const verdict = problem === null ? 'ok' : `FAILED: ${problem}`;
  const tests = step.counts ? `  ${counts.passed} passed, ${counts.failed} failed` : '';
  lines.push(`${step.name.padEnd(12)} ${seconds.toFixed(1).padStart(7)} s  ${verdict}${tests}`);
  console.log(`--- ${step.name}: ${verdict} after ${seconds.toFixed(1)} s`);
  if (problem !== null) {
    process.exitCode = 1;
    break;
  }
}

const seconds = (performance.now() - startedAt) / 1000;
console.log(`\n${lines.join('\n')}\n${'in all'.padEnd(12)} ${seconds.toFixed(1).padStart(7)} s\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);

/** Runs one step. A step that fails without a failed test counts as one, so that the last line never says 0 failed for a red run. */
async function runStep(step) {
  const { seconds, problem: failure } = await runProgram(step);
  const counts = step.counts ? readCounts(step.counts, step.report) : { passed: 0, failed: 0, skipped: [] };
  const problem = failure ?? skippedInCi(counts) ?? (counts.failed > 0 ? `${counts.failed} failed` : null);
  if (problem !== null) counts.failed = Math.max(1, counts.failed);
  return { seconds, problem, counts };
}

/** In CI everything is there that a test may need: a test that skips itself proves nothing, and nobody would see it. */
function skippedInCi(counts) {
  if (!isCi || counts.skipped.length === 0) return null;
  counts.failed += counts.skipped.length;
  return `skipped in CI, which counts as failed: ${counts.skipped.join(', ')}`;
}
