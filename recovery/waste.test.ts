import { expect, test } from '@jest/globals';
import type { PolicyName } from '../contracts/policy.js';
import type { Settings } from '../contracts/resources.js';
import { failed, firstAttempt, GIB } from '../test/fixtures/failed-attempts.js';
import type { FailedAttempt } from '../contracts/attempt.js';
import type { History, Limits } from './decision.js';
import { POLICIES } from './policies.js';

/** A job as its memory behaves: a base, and a part that each of its workers and each row of its batches adds to. */
interface Job {
  readonly baseShare: number;
  readonly levers: Limits['levers'];
  readonly settings: Settings;
  /** How many times too small its first size is. */
  readonly wrongBy: number;
  /** Whether it dies the later the larger it is, as one that fills up, or always after the same time, as one that loads. */
  readonly fillsUp: boolean;
}

const NEED_BYTES = 4 * GIB;
const CPUS = 2;
const SECONDS = 100;
const BATCH_ROWS = 250_000;

function needBytes({ baseShare }: Job, settings: Settings): number {
  const [workers, rows] = [
    Number(settings['concurrency'] ?? CPUS) || CPUS,
    Number(settings['batchRows'] ?? BATCH_ROWS),
  ];
  return NEED_BYTES * (baseShare + (1 - baseShare) * (workers / CPUS) * (rows / BATCH_ROWS));
}

/** Runs a job under a policy: the sum of limit x time over all attempts, in GiB-seconds, and their number. What is finished is kept where the policy keeps it. */
function run(policy: PolicyName, job: Job): { readonly spent: number; readonly attempts: number } {
  const limits: Limits = { cap: { memoryBytes: 16 * NEED_BYTES, cpus: CPUS, diskBytes: 0 }, levers: job.levers };
  const { plan, salvages } = POLICIES[policy];
  let history: readonly FailedAttempt[] = [];
  let attempt = firstAttempt(NEED_BYTES / job.wrongBy, job.settings, CPUS);
  let [spent, left] = [0, SECONDS];
  for (;;) {
    const { memoryBytes } = attempt.resources;
    const need = needBytes(job, attempt.settings);
    if (need <= memoryBytes) return { spent: spent + (memoryBytes / GIB) * left, attempts: history.length + 1 };
    const lived = left * 0.5 * (job.fillsUp ? memoryBytes / need : 0.5);
    spent += (memoryBytes / GIB) * lived;
    if (salvages) left -= lived;
    const last = failed(attempt, { peakBytes: memoryBytes });
    const [first, ...rest] = history;
    const all: History = first ? [first, ...rest, last] : [last];
    history = all;
    const decision = plan(all, limits);
    if (decision.kind === 'give-up') throw new Error(decision.because);
    attempt = decision.attempt;
  }
}

function jobs(wrongBy: readonly number[]): readonly Job[] {
  const shapes = [
    { levers: ['concurrency', 'memory'], settings: { concurrency: 0 } },
    { levers: ['batchRows', 'memory'], settings: { batchRows: BATCH_ROWS } },
    { levers: ['concurrency', 'batchRows', 'memory'], settings: { concurrency: 0, batchRows: BATCH_ROWS } },
    { levers: ['memory'], settings: {} },
  ] as const;
  return shapes.flatMap((shape) =>
    [0.1, 0.3, 0.5, 0.7, 0.9].flatMap((baseShare) =>
      wrongBy.flatMap((wrong) => [true, false].map((fillsUp) => ({ ...shape, baseShare, fillsUp, wrongBy: wrong }))),
    ),
  );
}

function spentOf(policy: PolicyName, all: readonly Job[]): number {
  return all.reduce((sum, job) => sum + run(policy, job).spent, 0);
}

test('first sizes that are about four times too small spend less than half of the memory-hours of blind doubling', () => {
  const fourTimes = jobs([3, 3.5, 4, 4.5, 5]);
  expect(spentOf('ladder', fourTimes)).toBeLessThan(0.5 * spentOf('blind-doubling', fourTimes));
});

test('first sizes that are nearly right never spend more than blind doubling', () => {
  for (const wrongBy of [1.05, 1.2, 1.5, 2, 2.5]) {
    expect(spentOf('ladder', jobs([wrongBy]))).toBeLessThan(spentOf('blind-doubling', jobs([wrongBy])));
  }
});

test('the step that tries the levers alone costs one attempt at most', () => {
  for (const job of jobs([1.05, 1.2, 1.5, 2, 2.5, 3, 4, 6, 8])) {
    expect(run('ladder', job).attempts).toBeLessThanOrEqual(run('blind-doubling', job).attempts + 1);
  }
});
