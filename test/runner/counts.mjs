import { existsSync, readFileSync } from 'node:fs';

const READERS = { jest: readJest, pytest: readPytest };

/**
 * Reads how many tests passed, failed and were skipped; nothing when the program ended before it wrote its report.
 * @param {'jest' | 'pytest'} kind jest: its JSON; pytest: its JUnit XML
 * @returns {{ passed: number, failed: number, skipped: string[] }}
 */
export function readCounts(kind, report) {
  if (!existsSync(report)) return { passed: 0, failed: 0, skipped: [] };
  return READERS[kind](readFileSync(report, 'utf8'));
}

function readJest(text) {
  const report = JSON.parse(text);
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const skipped = tests.filter((test) => ['pending', 'todo', 'skipped', 'disabled'].includes(test.status));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites, // a file that cannot be loaded is a failure, not zero tests
    skipped: skipped.map((test) => test.fullName),
  };
}

function readPytest(text) {
  const suite = /<testsuite [^>]*>/.exec(text)?.[0] ?? '';
  const count = (name) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const skipped = [...text.matchAll(/<testcase [^>]*?\bname="([^"]*)"[^>]*><skipped/g)].map((match) => match[1]);
  const failed = count('failures') + count('errors');
  return { passed: count('tests') - failed - count('skipped'), failed, skipped };
}
