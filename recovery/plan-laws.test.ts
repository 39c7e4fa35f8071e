import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Lever } from '../contracts/attempt.js';
import type { Region, VerdictKind } from '../contracts/verdict.js';
import { climb, failed, firstAttempt, GIB } from '../test/fixtures/failed-attempts.js';
import { BUDGETS } from './budgets.js';
import type { History, Limits } from './decision.js';
import { planNextAttempt } from './plan.js';

const MIB = 2 ** 20;
const LEVERS: readonly Lever[] = [
  ...(['concurrency', 'threads', 'batchRows', 'partitions', 'broadcast', 'collect', 'histogramBins'] as const),
  ...(['overheadShare', 'resultLimitMiB', 'sampleShare', 'memory'] as const),
];
const REGIONS: readonly (Region | null)[] = [
  ...([
    'jvm-heap',
    'container',
    'driver-heap',
    'driver-result-limit',
    'broadcast',
    'python-worker',
    'object-store',
  ] as const),
  ...(['gpu', 'metaspace', 'direct-buffer', 'threads', 'array-limit', 'host', 'node-heap', null] as const),
];
const OTHER_KINDS: readonly VerdictKind[] = [
  ...([
    'preempted',
    'capacity',
    'throttled',
    'disk-full',
    'invalid-input',
    'bug',
    'cancelled',
    'timeout',
    'lost',
  ] as const),
  'unknown',
];

const bytes = fc.integer({ min: 1, max: 64 * GIB });
const settings = fc.record({
  concurrency: fc.integer({ min: 0, max: 64 }),
  threads: fc.integer({ min: 0, max: 64 }),
  batchRows: fc.integer({ min: 1, max: 10_000_000 }),
  partitions: fc.integer({ min: 1, max: 10_000 }),
  broadcast: fc.boolean(),
  collect: fc.boolean(),
  histogramBins: fc.integer({ min: 2, max: 255 }),
  overheadShare: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
  resultLimitMiB: fc.integer({ min: 0, max: 40_000 }),
  sampleShare: fc.double({ min: 0.01, max: 1, noNaN: true }),
});
const maybeBytes = fc.option(bytes, { nil: null });
const memoryEnding = fc.record({
  kind: fc.constant('out-of-memory' as const),
  region: fc.constantFrom(...REGIONS),
  certainty: fc.constantFrom('definite' as const, 'probable' as const, 'ambiguous' as const),
  peakBytes: maybeBytes,
  requestedBytes: maybeBytes,
});
const otherEnding = fc.record({ kind: fc.constantFrom(...OTHER_KINDS) });
const sizes = fc.option(
  fc
    .uniqueArray(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 6 })
    .map((list) => list.sort((a, b) => a - b).map((gib) => ({ memoryBytes: gib * GIB, cpus: gib, diskBytes: 0 }))),
  { nil: undefined },
);
const world = fc
  .record({
    first: bytes,
    above: bytes,
    settings,
    cpus: fc.integer({ min: 1, max: 64 }),
    levers: fc.subarray([...LEVERS]),
    sizes,
  })
  .map(({ first, above, cpus, levers, ...rest }) => ({
    first: firstAttempt(first, rest.settings, cpus),
    limits: { cap: { memoryBytes: first + above - 1, cpus, diskBytes: 0 }, levers, sizes: rest.sizes } satisfies Limits,
  }));
const endings = fc.tuple(
  fc.oneof(memoryEnding, otherEnding),
  fc.array(fc.oneof({ arbitrary: memoryEnding, weight: 3 }, { arbitrary: otherEnding, weight: 1 }), { maxLength: 40 }),
);

/** Whatever happens to a job, in whatever order. */
const story = fc.record({ world, endings }).map(({ world: { first, limits }, endings: [head, tail] }) => ({
  first,
  limits,
  endings: [head, ...tail] as const,
}));

const MOST_ATTEMPTS = Object.values(BUDGETS).reduce((sum, budget) => sum + budget, 0);

test('any chain of failures ends within its budgets', () => {
  fc.assert(
    fc.property(story, (told) => {
      const { attempts, last } = climb(planNextAttempt, told);
      expect(last.kind).toBe('give-up');
      expect(attempts.length).toBeLessThanOrEqual(MOST_ATTEMPTS);
    }),
  );
});

test('no attempt is larger than the cap, and none is smaller than the one before', () => {
  fc.assert(
    fc.property(story, (told) => {
      const sizesOf = climb(planNextAttempt, told).attempts.map(({ resources }) => resources.memoryBytes);
      expect(Math.max(...sizesOf)).toBeLessThanOrEqual(told.limits.cap.memoryBytes);
      expect(sizesOf).toEqual([...sizesOf].sort((a, b) => a - b));
    }),
  );
});

test('a first size above the cap comes down to it', () => {
  fc.assert(
    fc.property(story, fc.integer({ min: 1, max: GIB }), (told, excess) => {
      const first = firstAttempt(told.limits.cap.memoryBytes + excess, told.first.settings);
      const decision = planNextAttempt([failed(first)], told.limits);
      if (decision.kind === 'retry') {
        expect(decision.attempt.resources.memoryBytes).toBeLessThanOrEqual(told.limits.cap.memoryBytes);
      }
    }),
  );
});

test('what ran out of memory is never repeated unchanged, but for one death that may have been something else', () => {
  fc.assert(
    fc.property(story, (told) => {
      const { attempts } = climb(planNextAttempt, told);
      const unchanged = attempts.filter((attempt, index) => {
        const before = attempts[index - 1];
        const ending = told.endings[index - 1] ?? told.endings.at(-1);
        return (
          before &&
          ending?.kind === 'out-of-memory' &&
          JSON.stringify([before.resources, before.settings]) === JSON.stringify([attempt.resources, attempt.settings])
        );
      });
      expect(unchanged.length).toBeLessThanOrEqual(1);
    }),
  );
});

test('a failure that is not for memory changes neither size nor settings', () => {
  fc.assert(
    fc.property(story, otherEnding, (told, ending) => {
      const { attempts } = climb(planNextAttempt, told);
      const last = attempts.at(-1) ?? told.first;
      const history: History = [failed(told.first), failed(last, ending)];
      const decision = planNextAttempt(history, told.limits);
      if (decision.kind === 'give-up') return;
      const { resources, settings: after, levers } = decision.attempt;
      expect({ resources, after, levers }).toEqual({ resources: last.resources, after: last.settings, levers: [] });
    }),
  );
});

test('preemptions between memory failures change nothing of the ladder', () => {
  fc.assert(
    fc.property(
      world,
      fc.array(memoryEnding, { minLength: 1, maxLength: 6 }),
      fc.infiniteStream(fc.boolean()),
      (told, falls, coin) => {
        const [head = {}, ...tail] = falls;
        const plain = climb(planNextAttempt, { ...told, endings: [head, ...tail] });
        const fates = falls.flatMap((fall) => (coin.next().value ? [{ kind: 'preempted' } as const, fall] : [fall]));
        const [fate = {}, ...fatesAfter] = fates;
        const mixed = climb(planNextAttempt, { ...told, endings: [fate, ...fatesAfter] });
        const rungs = ({ attempts }: typeof plain) => [
          ...new Set(attempts.map(({ resources, settings: s }) => JSON.stringify([resources, s]))),
        ];
        expect(rungs(mixed)).toEqual(rungs(plain));
      },
    ),
  );
});

test('the higher the peak, the larger the next size, never the smaller', () => {
  fc.assert(
    fc.property(story, memoryEnding, fc.tuple(bytes, bytes), (told, ending, peaks) => {
      const [low, high] = peaks.sort((a, b) => a - b);
      const next = (peakBytes: number | undefined) => {
        const decision = planNextAttempt(
          [failed(told.first, { ...ending, peakBytes: peakBytes ?? null })],
          told.limits,
        );
        return decision.kind === 'retry' ? decision.attempt.resources.memoryBytes : 0;
      };
      expect(next(high)).toBeGreaterThanOrEqual(next(low));
    }),
  );
});

test('sizes are whole multiples of 64 MiB, or the cap, or what the platform sells', () => {
  fc.assert(
    fc.property(story, (told) => {
      const { attempts } = climb(planNextAttempt, told);
      for (const { resources, levers } of attempts) {
        if (!levers.includes('memory')) continue;
        const { memoryBytes } = resources;
        const sold = told.limits.sizes?.some((size) => size.memoryBytes === memoryBytes);
        expect(sold ?? (memoryBytes % (64 * MIB) === 0 || memoryBytes === told.limits.cap.memoryBytes)).toBe(true);
      }
    }),
  );
});

test('every decision is one sentence', () => {
  fc.assert(
    fc.property(story, (told) => {
      for (const decision of climb(planNextAttempt, told).decisions) {
        const text = decision.kind === 'retry' ? decision.attempt.because : decision.because;
        expect(text).toMatch(/^[^\n]+$/);
      }
    }),
  );
});
