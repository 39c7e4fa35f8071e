import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Attempt, FailedAttempt } from '../contracts/attempt.js';
import type { Verdict, VerdictKind } from '../contracts/verdict.js';
import { planNextAttempt } from './plan.js';

const GIB = 2 ** 30;
const cap = { memoryBytes: 4 * GIB, cpus: 2, diskBytes: 0 };

function attempt(number: number, memoryBytes: number): Attempt {
  return {
    number,
    resources: { memoryBytes, cpus: 2, diskBytes: 0 },
    settings: {},
    lever: null,
    because: 'first size',
  };
}

function failed(
  kind: VerdictKind,
  [number, memoryBytes]: readonly [number, number],
  peakBytes: number | null = null,
): FailedAttempt {
  const verdict: Verdict = {
    kind,
    certainty: 'definite',
    region: kind === 'out-of-memory' ? 'container' : null,
    evidence: [],
  };
  return { attempt: attempt(number, memoryBytes), verdict, peakBytes, seconds: 1 };
}

describe('what follows a failed attempt', () => {
  test('out of memory grows memory and says so', () => {
    const decision = planNextAttempt([failed('out-of-memory', [1, GIB])], cap);
    expect(decision).toMatchObject({ kind: 'retry', attempt: { number: 2, lever: 'memory' } });
    expect(decision.kind === 'retry' && decision.attempt.because).toContain('grows to 1.5 GiB');
  });

  test('out of memory at the cap gives up with advice', () => {
    expect(planNextAttempt([failed('out-of-memory', [1, 4 * GIB])], cap)).toMatchObject({
      kind: 'give-up',
      code: 'OUT_OF_MEMORY',
    });
  });

  test('a lost job is tried again at the same size, three times at most', () => {
    const lost = failed('lost', [1, GIB]);
    expect(planNextAttempt([lost], cap)).toMatchObject({
      kind: 'retry',
      attempt: { number: 2, resources: { memoryBytes: GIB } },
    });
    expect(planNextAttempt([lost, failed('lost', [2, GIB]), failed('lost', [3, GIB])], cap)).toMatchObject({
      kind: 'give-up',
      code: 'JOB_LOST',
    });
  });

  test.each([
    ['bug', 'JOB_FAILED'],
    ['unknown', 'JOB_FAILED'],
    ['invalid-input', 'INVALID_DATA'],
    ['disk-full', 'STORAGE_FULL'],
    ['cancelled', 'CANCELLED'],
    ['timeout', 'TIMED_OUT'],
  ] as const)('%s is not tried again', (kind, code) => {
    expect(planNextAttempt([failed(kind, [1, GIB])], cap)).toMatchObject({ kind: 'give-up', code });
  });

  test('any chain of memory failures ends, grows at every step and never passes the cap', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 * GIB }),
        fc.integer({ min: 1, max: 64 * GIB }),
        fc.option(fc.integer({ min: 1, max: 64 * GIB })),
        (first, capBytes, peakBytes) => {
          const limit = { ...cap, memoryBytes: Math.max(first, capBytes) };
          const history: [FailedAttempt, ...FailedAttempt[]] = [failed('out-of-memory', [1, first], peakBytes)];
          for (let step = 0; step < 10; step += 1) {
            const decision = planNextAttempt(history, limit);
            if (decision.kind === 'give-up') return;
            const { memoryBytes } = decision.attempt.resources;
            expect(memoryBytes).toBeGreaterThan(history.at(-1)?.attempt.resources.memoryBytes ?? 0);
            expect(memoryBytes).toBeLessThanOrEqual(limit.memoryBytes);
            history.push(failed('out-of-memory', [decision.attempt.number, memoryBytes], peakBytes));
          }
          throw new Error('the chain did not end');
        },
      ),
    );
  });
});
