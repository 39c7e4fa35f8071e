import { expect, test } from '@jest/globals';
import { comparison } from './comparison.js';
import type { PolicyRun } from './run-policy.js';
import { story } from './story.js';
import type { TriedAttempt } from './read-attempts.js';

const GIB = 2 ** 30;

const died: TriedAttempt = {
  memoryBytes: 2 * GIB,
  settings: { collect: true },
  seconds: 14,
  peakBytes: 2 * GIB,
  ending: 'died',
  verdict: { kind: 'out-of-memory', certainty: 'definite', region: 'container', quotes: ['SIGKILL', 'oom_kill +1'] },
  decision: 'attempt 1 died: collect true -> false',
};
const data: PolicyRun['stages'][number] = {
  ...{ stage: 'etl', stageKey: 'k', cache: 'miss' as const, because: '', attempts: 1, seconds: 60, salvaged: null },
  ...{ rowsIn: 30, rowsOut: 30, rowsRejected: 0, bytes: 1, peakBytes: 1, memoryBytes: 1, decisions: [] },
};
const lost: PolicyRun = {
  ...{ policy: 'blind-retry', limitBytes: 2 * GIB, capBytes: 2 * GIB, runId: 'forest-1', ending: 'failed' },
  attempts: [died, { ...died, decision: 'attempt 2 died: given up' }],
  ...{ seconds: 28, gibHours: 0.0156, stages: [data], result: null },
  failure: { code: 'JOB_FAILED', message: 'it failed', advice: null },
};

test('a run that never came to a model says so in every line that would hold a number of it', () => {
  const lines = comparison([lost]).split('\n');
  expect(lines).toContain('attempts       2 x 2 GiB');
  expect(lines).toContain('out of memory  2 of 2');
  expect(lines).toContain('kept           etl');
  expect(lines).toContain('ending         failed: JOB_FAILED');
  expect(lines).toContain('MSE (naive)    never measured');
  expect(lines).toContain('which memory   container (definite)');
  expect(lines.slice(-3)).toEqual([
    'blind-retry decided',
    '  attempt 1 died: collect true -> false',
    '  attempt 2 died: given up',
  ]);
});

test('the story tells each attempt and what was decided after it, in order', () => {
  expect(story(lost)).toEqual([
    'etl: 30 rows in 60.0 s.',
    'train-forest attempt 1: all rows gathered in one process, limit 2 GiB, peak 2 GiB; it died after 14.0 s.',
    'decided: attempt 1 died: collect true -> false.',
    expect.stringContaining('train-forest attempt 2: all rows gathered in one process'),
    'decided: attempt 2 died: given up.',
    'kept, and not done again: etl.',
    'failed: it failed.',
  ]);
});
