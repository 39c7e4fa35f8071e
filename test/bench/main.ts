import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { formatBytes } from '../../contracts/bytes.js';
import { projectRoot } from '../../settings/home.js';
import { BENCHMARKS, type Benchmark, type Goal } from './benchmarks.js';

/**
 * `npm run bench [-- NAME...]`: runs benchmarks one after the other and prints each goal with what was measured. Ratios are of one run
 * on one machine; seconds alone say little about another one.
 */
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  process.stderr.write(`unknown: ${unknown.join(', ')}; known are ${BENCHMARKS.map(({ name }) => name).join(', ')}\n`);
  process.exit(2);
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const [cpu] = cpus();
say(
  `machine  ${String(cpus().length)} x ${cpu?.model ?? 'unknown CPU'}, ${formatBytes(totalmem())}, node ${process.versions.node}`,
);
const missed: string[] = [];
for (const benchmark of BENCHMARKS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const measured = await measure(benchmark);
  say(`\n${benchmark.name}: ${benchmark.what}\n  ${JSON.stringify(measured)}`);
  for (const goal of benchmark.goals) {
    const value = valueAt(measured, goal.path);
    const reached = typeof value === 'number' ? isReached(goal, value) : value === true;
    if (!reached) missed.push(`${benchmark.name}: ${goal.what}`);
    say(`  ${reached ? 'reached' : 'MISSED '}  ${goal.what}: ${String(value)} (goal ${goalText(goal)})`);
  }
}
say(missed.length === 0 ? '\nevery goal was reached' : `\nmissed: ${missed.join('; ')}`);
process.exitCode = missed.length === 0 ? 0 : 1;

async function measure(benchmark: Benchmark): Promise<unknown> {
  if (benchmark.kind === 'node') return benchmark.run();
  const [program = '', ...args] = benchmark.command;
  const ended = spawnSync(join(projectRoot, '.venv', 'bin', 'python'), [join(projectRoot, program), ...args], {
    cwd: projectRoot,
    env: {
      ...process.env,
      PYTHONPATH: projectRoot,
      PATH: `${join(projectRoot, '.venv', 'bin')}:${process.env['PATH'] ?? ''}`,
    },
    encoding: 'utf8',
    timeout: benchmark.timeoutMs,
  });
  const last = ended.stdout.trim().split('\n').at(-1) ?? '';
  if (ended.status !== 0) throw new Error(`${benchmark.name} failed: ${ended.stderr.slice(-2000)}`);
  return JSON.parse(last);
}

function valueAt(measured: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
      measured,
    );
}

function isReached(goal: Goal, value: number): boolean {
  if (goal.atMost !== undefined) return value <= goal.atMost;
  return goal.atLeast !== undefined && value >= goal.atLeast;
}

function goalText({ atMost, atLeast }: Goal): string {
  if (atMost !== undefined) return `at most ${String(atMost)}`;
  return atLeast === undefined ? 'true' : `at least ${String(atLeast)}`;
}
