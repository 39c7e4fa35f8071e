import { expect, test } from '@jest/globals';
import type { PolicyName } from '../contracts/policy.js';
import type { Settings } from '../contracts/resources.js';
import { failed, firstAttempt, GIB } from '../test/fixtures/failed-attempts.js';
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

/** Runs a job under a policy: the sum of limit x time of the attempts that failed, in GiB-seconds, and all attempts. */
function run(policy: PolicyName, job: Job): { readonly waste: number; readonly attempts: number } {
  const limits: Limits = { cap: { memoryBytes: 16 * NEED_BYTES, cpus: CPUS, diskBytes: 0 }, levers: job.levers };
  let history: History | null = null;
  let attempt = firstAttempt(NEED_BYTES / job.wrongBy, job.settings, CPUS);
  let waste = 0;
  for (;;) {
    const { memoryBytes } = attempt.resources;
    const need = needBytes(job, attempt.settings);
    if (need <= memoryBytes) return { waste, attempts: (history?.length ?? 0) + 1 };
    waste += (memoryBytes / GIB) * SECONDS * 0.5 * (job.fillsUp ? memoryBytes / need : 0.5);
    history = [...(history ?? []), failed(attempt, { peakBytes: memoryBytes })] as unknown as History;
    const decision = POLICIES[policy].plan(history, limits);
    if (decision.kind === 'give-up') throw new Error(decision.because);
    attempt = decision.attempt;
  }
}

function jobs(wrongBy: readonly number[]): readonly Job[] {
  const shapes = [
    { levers: ['concurrency', 'memory'], settings: { concurrency: 0 } },
    { levers: ['batchRows', 'memory'], settings: { batchRows: BATCH_ROWS } },
    { levers: ['concurrency', 'batchRows', 'memory'], settings: { concurrency: 0, batchRows: BATCH_ROWS } },
  ] as const;
  return shapes.flatMap((shape) =>
    [0.1, 0.3, 0.5, 0.7, 0.9].flatMap((baseShare) =>
      wrongBy.flatMap((wrong) => [true, false].map((fillsUp) => ({ ...shape, baseShare, fillsUp, wrongBy: wrong }))),
    ),
  );
}

function wasteOf(policy: PolicyName, all: readonly Job[]): number {
  return all.reduce((sum, job) => sum + run(policy, job).waste, 0);
}

test('first sizes that are four times too small waste less than half of what blind doubling wastes', () => {
  const fourTimes = jobs([3, 3.5, 4, 4.5, 5]);
  expect(wasteOf('ladder', fourTimes)).toBeLessThan(0.5 * wasteOf('blind-doubling', fourTimes));
});

test('the step that tries the levers alone is made up for: no job takes more than one attempt more than with blind doubling', () => {
  for (const job of jobs([1.05, 1.2, 1.5, 2, 2.5, 3, 4, 6, 8])) {
    expect(run('ladder', job).attempts).toBeLessThanOrEqual(run('blind-doubling', job).attempts + 1);
  }
});

test('a job without levers fares as it does under blind doubling', () => {
  const [job] = jobs([4]);
  if (!job) throw new Error('there is one');
  const bare: Job = { ...job, levers: ['memory'], settings: {} };
  expect(run('ladder', bare)).toEqual(run('blind-doubling', bare));
});
