import { describe, expect, test } from '@jest/globals';
import type { Attempt } from '../contracts/attempt.js';
import type { Region, VerdictKind } from '../contracts/verdict.js';
import { climb, type Ending, failed, firstAttempt, GIB } from '../test/fixtures/failed-attempts.js';
import type { Decision, Limits } from './decision.js';
import { planNextAttempt } from './plan.js';

const cap = { memoryBytes: 8 * GIB, cpus: 2, diskBytes: 0 };
const LIMITS: Limits = { cap, levers: ['concurrency', 'batchRows', 'memory'] };
const SETTINGS = { concurrency: 0, batchRows: 250_000 };
const KILLED: Ending = { evidence: [{ rule: 'kernel', quote: 'oom_kill +1' }], peakBytes: GIB };

function steps(attempts: readonly Attempt[]): readonly string[] {
  return attempts.map(({ resources, settings, levers }) =>
    [resources.memoryBytes / GIB, settings['concurrency'], settings['batchRows'], levers.join('+')].join(' '),
  );
}

function textOf(decision: Decision): string {
  return decision.kind === 'retry' ? decision.attempt.because : decision.because;
}

describe('out of memory', () => {
  test('free levers first, then memory, then what the levers have left, and every step says why', () => {
    const { attempts, last } = climb(planNextAttempt, {
      first: firstAttempt(GIB, SETTINGS),
      limits: LIMITS,
      endings: [KILLED, {}],
    });
    expect(steps(attempts)).toEqual([
      '1 0 250000 ',
      '1 1 62500 concurrency+batchRows',
      '2 1 62500 memory',
      '4 1 62500 memory',
      '8 1 62500 memory',
      '8 1 1000 batchRows',
    ]);
    expect(attempts[1]?.because).toBe(
      'attempt 1 died of container memory (definite: oom_kill +1) at 1 GiB with a peak of 1 GiB: concurrency 2 -> 1, batchRows 250000 -> 62500',
    );
    expect(last).toMatchObject({
      kind: 'give-up',
      code: 'OUT_OF_MEMORY',
      because: expect.stringContaining('last of 6 attempts'),
    });
  });

  test('at the cap with no lever left it ends at once, with what would help', () => {
    const decision = planNextAttempt([failed(firstAttempt(8 * GIB))], LIMITS);
    expect(decision).toMatchObject({
      kind: 'give-up',
      code: 'OUT_OF_MEMORY',
      advice: expect.stringContaining('maxMemory'),
    });
    expect(textOf(decision)).toContain('the largest size allowed is 8 GiB, and no lever is left');
  });

  test('at the cap the first failure takes the levers to their end, since no size is left to be tried between', () => {
    const { attempts, last } = climb(planNextAttempt, {
      first: firstAttempt(8 * GIB, SETTINGS),
      limits: LIMITS,
      endings: [KILLED],
    });
    expect(steps(attempts)).toEqual(['8 0 250000 ', '8 1 1000 concurrency+batchRows']);
    expect(last).toMatchObject({ kind: 'give-up', code: 'OUT_OF_MEMORY' });
  });

  test('the last memory attempt gets everything', () => {
    const { attempts } = climb(planNextAttempt, {
      first: firstAttempt(GIB / 2, SETTINGS),
      limits: { ...LIMITS, cap: { ...cap, memoryBytes: 1000 * GIB } },
      endings: [{}],
    });
    expect(steps(attempts).at(-1)).toBe('1000 1 15625 batchRows+memory');
  });

  test('one allocation beyond the largest size is not tried with fewer workers, which make it no smaller', () => {
    const endings = [{ region: 'python-worker', requestedBytes: 20 * GIB }] as const;
    const first = firstAttempt(GIB, SETTINGS);
    const alone = climb(planNextAttempt, { first, limits: { cap, levers: ['concurrency', 'memory'] }, endings });
    expect(alone.attempts).toHaveLength(1);
    expect(alone.last).toMatchObject({ kind: 'give-up', code: 'OUT_OF_MEMORY' });
    const { attempts } = climb(planNextAttempt, { first, limits: LIMITS, endings });
    expect(attempts.map(({ levers }) => levers)).toEqual([[], ['batchRows']]);
  });

  test('a limit of its own is raised with every larger size, which alone would meet it again where it stands', () => {
    const { attempts } = climb(planNextAttempt, {
      first: firstAttempt(GIB, { concurrency: 0, resultLimitMiB: 8 }),
      limits: { cap, levers: ['concurrency', 'resultLimitMiB', 'memory'] },
      endings: [{ region: 'driver-result-limit' }],
    });
    expect(
      attempts.slice(0, 4).map(({ resources, settings }) => [resources.memoryBytes / GIB, settings['resultLimitMiB']]),
    ).toEqual([
      [1, 8],
      [1, 32],
      [2, 128],
      [4, 512],
    ]);
  });

  test('a machine that is full is left for a larger one, since a larger job on it has no more of it', () => {
    const sizes = [3, 6, 12, 24].map((gib) => ({ memoryBytes: gib * GIB, cpus: 2, diskBytes: 0 }));
    const limits: Limits = {
      cap: { ...cap, memoryBytes: 24 * GIB },
      levers: ['memory'],
      sizes,
      hostBytesOf: ({ memoryBytes }) => (memoryBytes > 12 * GIB ? 32 : 16) * GIB,
    };
    const next = (region: Region, from: number) => planNextAttempt([failed(firstAttempt(from), { region })], limits);
    expect(next('host', 3 * GIB)).toMatchObject({ attempt: { resources: { memoryBytes: 24 * GIB } } });
    expect(next('container', 3 * GIB)).toMatchObject({ attempt: { resources: { memoryBytes: 6 * GIB } } });
    expect(next('host', 24 * GIB)).toMatchObject({ kind: 'give-up', code: 'OUT_OF_MEMORY' });
  });

  test('another region is a new beginning: its own levers are pulled before memory grows', () => {
    const { attempts } = climb(planNextAttempt, {
      first: firstAttempt(GIB, { overheadShare: 0.3, partitions: 16 }),
      limits: { cap, levers: ['partitions', 'overheadShare', 'memory'] },
      endings: [{ region: 'container' }, { region: 'jvm-heap' }, { region: 'jvm-heap' }],
    });
    expect(attempts.slice(0, 4).map(({ levers }) => levers)).toEqual([
      [],
      ['overheadShare'],
      ['partitions'],
      ['memory'],
    ]);
  });

  test('levers after memory wait for its end; those that change the result are pulled last, one at a time', () => {
    const { attempts } = climb(planNextAttempt, {
      first: firstAttempt(4 * GIB, { histogramBins: 255, sampleShare: 1, threads: 2 }),
      limits: { cap, levers: ['sampleShare', 'histogramBins', 'memory', 'threads'] },
      endings: [{}],
    });
    expect(attempts.map(({ levers }) => levers.join())).toEqual([
      '',
      'memory',
      'threads',
      'sampleShare',
      'sampleShare',
      'sampleShare',
    ]);
    expect(attempts[3]?.because).toContain('sampleShare 1 -> 0.5 (a model of fewer rows)');
  });

  test.each<{ readonly region: Region; readonly quote?: string; readonly advice: string }>([
    { region: 'array-limit', advice: 'split the data' },
    { region: 'threads', advice: 'ulimit -u' },
    { region: 'gpu', advice: 'a smaller batch' },
    {
      region: 'broadcast',
      quote: 'Cannot broadcast the table that is larger than 8.0 GiB: 9.1 GiB.',
      advice: 'turn the broadcast off',
    },
  ])('memory never grows for $region $quote', ({ region, quote = '', advice }) => {
    const ending: Ending = { region, evidence: [{ rule: 'r', quote }] };
    expect(planNextAttempt([failed(firstAttempt(GIB), ending)], LIMITS)).toMatchObject({
      kind: 'give-up',
      code: 'OUT_OF_MEMORY',
      because: expect.stringContaining('more memory does not help'),
      advice: expect.stringContaining(advice),
    });
  });

  test('a broadcast that found too little memory switches it off, then grows', () => {
    const { attempts } = climb(planNextAttempt, {
      first: firstAttempt(GIB, { broadcast: true }),
      limits: { cap, levers: ['broadcast', 'memory'] },
      endings: [
        { region: 'broadcast', evidence: [{ rule: 'r', quote: 'Not enough memory to build and broadcast the table' }] },
      ],
    });
    expect(attempts.slice(0, 3).map(({ levers }) => levers.join())).toEqual(['', 'broadcast', 'memory']);
  });

  test('an allocation above the cap ends it at once and says how much that was', () => {
    const decision = planNextAttempt(
      [failed(firstAttempt(GIB), { region: 'python-worker', requestedBytes: 80 * GIB, peakBytes: GIB / 2 })],
      LIMITS,
    );
    expect(textOf(decision)).toContain(
      'it asked for 80 GiB at once, the largest size allowed is 8 GiB; it needs about 80.5 GiB',
    );
  });

  test('an allocation above the cap that the levers made no smaller ends it, too', () => {
    const { attempts, last } = climb(planNextAttempt, {
      first: firstAttempt(GIB, SETTINGS),
      limits: LIMITS,
      endings: [{ region: 'python-worker', requestedBytes: 80 * GIB }],
    });
    expect(attempts).toHaveLength(2);
    expect(textOf(last)).toContain('it asked for 80 GiB at once');
  });

  test('an allocation that fits below the cap sets the next size', () => {
    const decision = planNextAttempt(
      [failed(firstAttempt(GIB), { region: 'python-worker', requestedBytes: 3 * GIB, peakBytes: GIB / 4 })],
      LIMITS,
    );
    expect(decision).toMatchObject({ attempt: { resources: { memoryBytes: 3.375 * GIB } } });
  });

  test('a peak that passed the limit before the job was stopped sets the next size, with room above it', () => {
    const decision = planNextAttempt([failed(firstAttempt(GIB), { peakBytes: 3 * GIB })], LIMITS);
    expect(decision).toMatchObject({ attempt: { resources: { memoryBytes: 3.75 * GIB } } });
  });

  test('a kill far below the limit at two sizes is not for size', () => {
    const { attempts, last } = climb(planNextAttempt, {
      first: firstAttempt(GIB, SETTINGS),
      limits: LIMITS,
      endings: [{ peakBytes: GIB / 8 }],
    });
    expect(attempts.map(({ levers }) => levers.join('+'))).toEqual(['', 'concurrency+batchRows', 'memory']);
    expect(textOf(last)).toContain('something else ended it');
    const bare = climb(planNextAttempt, {
      first: firstAttempt(GIB),
      limits: LIMITS,
      endings: [{ peakBytes: GIB / 8 }],
    });
    expect(bare.attempts).toHaveLength(2);
    expect(textOf(bare.last)).toContain('less than half of its limit');
  });

  test('a kill far below the limit that is only probable is not answered with memory at all', () => {
    const decision = planNextAttempt(
      [failed(firstAttempt(GIB), { certainty: 'probable', peakBytes: GIB / 8 })],
      LIMITS,
    );
    expect(textOf(decision)).toContain('something else ended it');
  });

  test.each<Region>(['jvm-heap', 'driver-heap', 'driver-result-limit', 'python-worker'])(
    'a %s runs out far below the limit of the whole job, and grows all the same',
    (region) => {
      const decision = planNextAttempt([failed(firstAttempt(GIB), { region, peakBytes: GIB / 8 })], LIMITS);
      expect(decision).toMatchObject({ kind: 'retry', attempt: { levers: ['memory'] } });
    },
  );

  test('an ambiguous death is repeated once, and counts as memory only when its peak met the limit', () => {
    const ambiguous = (peakBytes: number): Ending => ({ certainty: 'ambiguous', peakBytes });
    const first = firstAttempt(GIB, SETTINGS);
    const again = planNextAttempt([failed(first, ambiguous(GIB))], LIMITS);
    expect(again).toMatchObject({ attempt: { number: 2, levers: [], resources: first.resources, settings: SETTINGS } });
    const high = climb(planNextAttempt, { first, limits: LIMITS, endings: [ambiguous(GIB)] });
    expect(high.attempts.slice(0, 4).map(({ levers }) => levers.join('+'))).toEqual([
      '',
      '',
      'concurrency+batchRows',
      'memory',
    ]);
    const low = climb(planNextAttempt, { first, limits: LIMITS, endings: [ambiguous(GIB / 2)] });
    expect(low.attempts).toHaveLength(2);
    expect(low.last).toMatchObject({ kind: 'give-up', code: 'JOB_FAILED' });
  });

  test('the next size is one that the platform sells, and more CPUs do not bring more workers', () => {
    const sizes = [2, 4, 16].map((gib) => ({ memoryBytes: gib * GIB, cpus: gib, diskBytes: 0 }));
    const decision = planNextAttempt(
      [failed(firstAttempt(2 * GIB, { concurrency: 0 })), failed(firstAttempt(2 * GIB, { concurrency: 0 }))],
      {
        cap,
        levers: ['memory'],
        sizes,
      },
    );
    expect(decision).toMatchObject({
      attempt: { resources: { memoryBytes: 4 * GIB, cpus: 4 }, settings: { concurrency: 2 } },
    });
  });
});

describe('everything else', () => {
  test.each<{ readonly kind: VerdictKind; readonly attempts: number; readonly code: string }>([
    { kind: 'preempted', attempts: 10, code: 'JOB_LOST' },
    { kind: 'lost', attempts: 3, code: 'JOB_LOST' },
    { kind: 'unknown', attempts: 2, code: 'JOB_FAILED' },
    { kind: 'timeout', attempts: 2, code: 'TIMED_OUT' },
    { kind: 'capacity', attempts: 8, code: 'NO_CAPACITY' },
    { kind: 'throttled', attempts: 8, code: 'NO_CAPACITY' },
    { kind: 'bug', attempts: 1, code: 'JOB_FAILED' },
    { kind: 'invalid-input', attempts: 1, code: 'INVALID_DATA' },
    { kind: 'disk-full', attempts: 1, code: 'STORAGE_FULL' },
    { kind: 'cancelled', attempts: 1, code: 'CANCELLED' },
  ])('$kind: $attempts attempts, then $code', ({ kind, attempts, code }) => {
    const chain = climb(planNextAttempt, { first: firstAttempt(GIB), limits: LIMITS, endings: [{ kind }] });
    expect(chain.attempts).toHaveLength(attempts);
    expect(chain.last).toMatchObject({ kind: 'give-up', code });
  });

  test('a platform without room is waited for, longer each time', () => {
    const { decisions } = climb(planNextAttempt, {
      first: firstAttempt(GIB),
      limits: LIMITS,
      endings: [{ kind: 'capacity' }],
    });
    const waits = decisions.flatMap((decision) => (decision.kind === 'retry' ? [decision.afterSeconds] : []));
    expect(waits).toEqual([30, 60, 120, 240, 480, 900, 900]);
    expect(decisions[1] && textOf(decisions[1])).toBe(
      'attempt 2 found no free capacity (definite: capacity): the same again after 60 s',
    );
  });
});
