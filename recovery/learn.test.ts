import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SizeRecord } from '../contracts/size-record.js';
import { type Ask, learnSize } from './learn.js';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const M = 1_000_000;

/** The n-th run of a stage; a larger n is newer. */
function run(n: number, change: Partial<SizeRecord> = {}): SizeRecord {
  return {
    version: 1,
    stage: 'etl',
    engine: 'python',
    platform: 'local',
    jobKey: `run-${String(n).padStart(4, '0')}/etl-k-a1`,
    at: new Date(Date.UTC(2026, 0, 1) + n * 86_400_000).toISOString(),
    rows: 10 * M,
    bytes: 0,
    cpus: 2,
    peakBytes: GIB,
    memoryBytes: 4 * GIB,
    settings: {},
    ownSettings: {},
    firstMemoryBytes: 4 * GIB,
    attempts: 1,
    tooSmall: [],
    seconds: 1,
    codeHash: 'c',
    shareDone: 1,
    ...change,
  };
}

function nights(count: number, change: Partial<SizeRecord> = {}): SizeRecord[] {
  return Array.from({ length: count }, (_, n) => run(n, change));
}

/** A run that failed at a limit and then had enough of it. */
function escalated(n: number, failedBytes: number, change: Partial<SizeRecord> = {}): SizeRecord {
  const tooSmall = [{ memoryBytes: failedBytes, settings: {}, region: 'container' }];
  return run(n, { attempts: 2, memoryBytes: failedBytes * 2, peakBytes: failedBytes * 1.6, tooSmall, ...change });
}

function ask(change: Partial<Ask> = {}): Ask {
  return {
    rows: 10 * M,
    bytes: 0,
    cpus: 2,
    capBytes: 64 * GIB,
    sizeFor: (rows) => ({ memoryBytes: GIB + 100 * rows, cpus: 2, diskBytes: 0 }),
    ownSettings: {},
    ...change,
  };
}

const sizeOf = (records: readonly SizeRecord[], change: Partial<Ask> = {}) =>
  learnSize(records, ask(change))?.memoryBytes ?? null;

describe('the first size', () => {
  test('without a run there is nothing to learn', () => {
    expect(learnSize([], ask())).toBeNull();
  });

  test('is larger than the peak of an attempt that found half of its work done', () => {
    expect(sizeOf([run(1, { shareDone: 0.5 })])).toBe(2.4375 * GIB); // twice 1.15 GiB and 64 MiB, in steps of 64 MiB
  });

  test('is at least the limit that worked where earlier attempts of the run had done half of its work and died', () => {
    const tooSmall = [{ memoryBytes: 2 * GIB, settings: {}, region: 'container' }];
    const record = run(1, { shareDone: 0.5, tooSmall, attempts: 2, memoryBytes: 4 * GIB, peakBytes: GIB });
    expect(sizeOf([record])).toBe(4 * GIB);
  });

  test('is the limit that worked where an allocation had failed below its limit: the peak does not show it', () => {
    const tooSmall = [{ memoryBytes: 2 * GIB, settings: {}, region: 'python-worker' }];
    expect(sizeOf([run(1, { tooSmall, attempts: 2, memoryBytes: 4 * GIB, peakBytes: GIB })])).toBe(4 * GIB);
  });

  test('is the peak of such runs and some room, and says where it comes from', () => {
    expect(learnSize(nights(12), ask())).toEqual({
      memoryBytes: 1280 * MIB, // 1.15 GiB and 64 MiB, in steps of 64 MiB
      settings: {},
      because: 'learned: 12 runs, 95 % of their needs scaled to 10,000,000 rows',
    });
  });

  test('follows jobs that become smaller, once twenty of them have run', () => {
    const heavy = nights(20, { peakBytes: 8 * GIB });
    const light = Array.from({ length: 20 }, (_, n) => run(100 + n, { peakBytes: GIB }));
    expect(sizeOf([...heavy, ...light.slice(0, 10)])).toBeGreaterThan(8 * GIB);
    expect(sizeOf([...heavy, ...light])).toBe(1280 * MIB);
  });

  test('leaves out one odd run of twenty', () => {
    expect(sizeOf([...nights(19), run(19, { peakBytes: 20 * GIB })])).toBe(1280 * MIB);
  });

  test('many small runs do not make the large one of the night forgotten', () => {
    const small = Array.from({ length: 80 }, (_, n) => run(100 + n, { rows: 1000, peakBytes: 100 * MIB }));
    expect(sizeOf([run(0, { peakBytes: 8 * GIB }), ...small])).toBeGreaterThan(8 * GIB);
  });

  test('for a quarter of the rows shrinks with the shape that the author gave', () => {
    const quarter = sizeOf(nights(3, { peakBytes: 2 * GIB }), { rows: 2.5 * M });
    expect(quarter).toBeLessThan(2 * GIB);
    expect(quarter).toBeGreaterThan(GIB);
  });

  test('between sizes that were seen follows their line', () => {
    const sized = [1, 10, 100].map((millions, n) => run(n, { rows: millions * M, peakBytes: millions * 100 * MIB }));
    const flat = () => ({ memoryBytes: GIB, cpus: 2, diskBytes: 0 });
    const between = sizeOf(sized, { rows: 40 * M, sizeFor: flat });
    expect(between).toBeGreaterThan(4000 * MIB);
    expect(between).toBeLessThan(6000 * MIB);
  });

  test('for far more rows than were seen is not below what the author expects', () => {
    const learned = learnSize(nights(3, { rows: 1000, peakBytes: 100 * MIB }), ask());
    expect(learned?.memoryBytes).toBeGreaterThanOrEqual(GIB + 1000 * M);
    expect(learned?.because).toContain('3 runs of smaller inputs');
  });

  test('for far fewer rows is at least a quarter of what was measured', () => {
    expect(
      sizeOf(nights(3, { peakBytes: 8 * GIB }), {
        rows: 1,
        sizeFor: (rows) => ({ memoryBytes: 1 + rows, cpus: 2, diskBytes: 0 }),
      }),
    ).toBeGreaterThan(2 * GIB);
  });

  test('between two sizes is not below what the smaller one was seen to need', () => {
    const records = [run(0, { peakBytes: 4 * GIB }), run(1, { rows: 100 * M, peakBytes: 5 * GIB })];
    expect(sizeOf(records)).toBeGreaterThan(4 * GIB);
    expect(sizeOf(records, { rows: 25 * M })).toBeGreaterThan(4 * GIB);
  });

  test('grows with the input, whatever the author expects beyond', () => {
    const records = nights(3, { peakBytes: 8 * GIB });
    expect(sizeOf(records, { rows: 19 * M })).toBeGreaterThan(1.9 * 8 * GIB);
    expect(sizeOf(records, { rows: 25 * M })).toBeGreaterThan(2 * 8 * GIB);
  });

  test('for a stage that reads no rows goes by bytes', () => {
    const model = (n: number, bytes: number, peakBytes: number) => run(n, { rows: 0, bytes, peakBytes });
    const records = [model(0, GIB, 2 * GIB), model(1, MIB, 200 * MIB)];
    expect(sizeOf(records, { rows: 0, bytes: MIB })).toBe(320 * MIB);
  });

  test('does not go by runs with another number of CPUs', () => {
    expect(learnSize(nights(3, { cpus: 16 }), ask())).toBeNull();
  });

  test('of a run that gave up is more than what was too small', () => {
    const tooSmall = [GIB, 2 * GIB].map((memoryBytes) => ({ memoryBytes, settings: {}, region: 'container' }));
    expect(sizeOf([run(0, { peakBytes: null, memoryBytes: null, tooSmall })])).toBe(3 * GIB);
  });

  test('is held to the cap, and says so', () => {
    const learned = learnSize(nights(3, { peakBytes: 8 * GIB }), ask({ capBytes: 2 * GIB }));
    expect(learned?.memoryBytes).toBe(2 * GIB);
    expect(learned?.because).toContain('held to the largest size allowed, 2 GiB');
  });

  test('says when it stands on what was too small', () => {
    const records = [...nights(19), escalated(19, 2 * GIB)];
    expect(learnSize(records, ask())?.because).toBe('learned: 2 GiB was too small for 10,000,000 rows');
    expect(sizeOf(records)).toBe(2.5 * GIB);
  });
});

describe('where the peak follows the limit', () => {
  const heap = { engine: 'spark', memoryBytes: 4 * GIB } as const;

  test('the limit that worked is kept while it is used', () => {
    expect(sizeOf(nights(5, { ...heap, peakBytes: 3 * GIB }))).toBe(4 * GIB);
  });

  test('it steps down by a quarter when much of it was not used', () => {
    expect(sizeOf(nights(5, { ...heap, peakBytes: GIB }))).toBe(3 * GIB);
  });

  test('it does not step down after an attempt that found a part of its work done: the rest needed less', () => {
    expect(sizeOf([run(1, { ...heap, peakBytes: GIB, shareDone: 0.3 })])).toBe(4 * GIB);
    const larger = run(1, { ...heap, memoryBytes: 8 * GIB, peakBytes: 7 * GIB });
    expect(sizeOf([larger, run(2, { ...heap, peakBytes: GIB, shareDone: 0.3 })])).toBe(8 * GIB);
  });

  test('each night steps down once, until the job uses what it has', () => {
    const records = nights(20, { ...heap, memoryBytes: 16 * GIB, peakBytes: 2 * GIB });
    const seen: number[] = [];
    for (let night = 20; night < 30; night += 1) {
      const memoryBytes = sizeOf(records) ?? 0;
      seen.push(memoryBytes / GIB);
      records.push(run(night, { ...heap, memoryBytes, peakBytes: 2 * GIB }));
    }
    expect(seen.slice(0, 5)).toEqual([12, 9, 6.75, 5.0625, 3.8125]);
    expect(seen.at(-1)).toBe(seen.at(-2));
    expect(seen.at(-1)).toBeGreaterThan(2 * 1.15);
  });

  test('a limit that worked just above one that did not is kept', () => {
    const tooSmall = [{ memoryBytes: 3.5 * GIB, settings: {}, region: 'driver-heap' }];
    expect(sizeOf([run(0, { ...heap, rows: 15 * M, peakBytes: GIB, tooSmall })])).toBe(4 * GIB);
  });

  test('it never steps down to where it ran out of memory', () => {
    const records = [escalated(0, 2 * GIB, { ...heap, peakBytes: GIB }), ...nights(10, { ...heap, peakBytes: GIB })];
    expect(sizeOf(records)).toBeGreaterThanOrEqual(2.5 * GIB);
  });
});

describe('levers', () => {
  const own = { concurrency: 0, batchRows: 1000, smallJob: false };
  const ownSettings = { ...own, smallJob: true };
  const pulled = run(5, {
    settings: { ...own, concurrency: 1 },
    ownSettings: own,
    tooSmall: [{ memoryBytes: 4 * GIB, settings: own, region: 'container' }],
  });

  test('that were needed are pulled from the start, beside the settings of this run', () => {
    const learned = learnSize([pulled], ask({ ownSettings }));
    expect(learned?.settings).toEqual({ ...ownSettings, concurrency: 1 });
    expect(learned?.because).toContain('concurrency 1 as it needed before');
  });

  test('leave the limit where it was enough with them', () => {
    expect(sizeOf([pulled], { ownSettings })).toBe(1280 * MIB);
  });

  test('are not pulled for less than half of the smallest input that needed them', () => {
    expect(learnSize([pulled], ask({ ownSettings, rows: 5 * M }))?.settings.concurrency).toBe(1);
    expect(learnSize([pulled], ask({ ownSettings, rows: 4 * M }))?.settings.concurrency).toBe(0);
  });

  test('are not pulled once a newer run did without them', () => {
    const without = run(6, { settings: own, ownSettings: own });
    expect(learnSize([pulled, without], ask({ ownSettings }))?.settings).toEqual(ownSettings);
  });

  test('that change the model are not learned', () => {
    const sampled = run(5, { settings: { sampleShare: 0.5 }, ownSettings: { sampleShare: 1 } });
    expect(learnSize([sampled], ask({ ownSettings: { sampleShare: 1 } }))).toBeNull();
  });

  test('a limit that memory does not reach says nothing about memory', () => {
    const broadcast = [{ memoryBytes: 4 * GIB, settings: {}, region: 'broadcast' }];
    expect(sizeOf([run(0, { tooSmall: broadcast })])).toBe(1280 * MIB);
  });
});

describe('for any history', () => {
  const bytes = fc.integer({ min: 50, max: 30_000 }).map((mib) => mib * MIB);
  const rows = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100 * M }));
  const history = fc
    .array(
      fc.record({
        rows,
        engine: fc.constantFrom('python' as const, 'spark' as const),
        limit: bytes,
        used: fc.double({ min: 0.05, max: 1, noNaN: true }),
        failedShare: fc.option(fc.double({ min: 0.2, max: 0.9, noNaN: true })),
        worked: fc.boolean(),
      }),
      { minLength: 1, maxLength: 60 },
    )
    .map((runs) =>
      runs.map(({ rows: read, engine, limit, used, failedShare, worked }, n) => {
        const gaveUp = !worked && failedShare !== null;
        const memoryBytes = Math.ceil(limit * (failedShare ?? 1));
        const tooSmall = failedShare === null ? [] : [{ memoryBytes, settings: {}, region: 'container' }];
        const ended = gaveUp
          ? { memoryBytes: null, peakBytes: null }
          : { memoryBytes: limit, peakBytes: Math.ceil(limit * used) };
        return run(n, { rows: read, engine, tooSmall, ...ended });
      }),
    );

  test('the size is never above the cap, and above the smallest that makes sense', () => {
    fc.assert(
      fc.property(history, rows, bytes, (records, read, capBytes) => {
        const size = sizeOf(records, { rows: read, capBytes }) ?? 0;
        expect(size).toBeLessThanOrEqual(capBytes);
        expect(size).toBeGreaterThanOrEqual(Math.min(capBytes, 128 * MIB));
      }),
    );
  });

  test('the size is above what was too small for an equal or smaller input among the newest twenty', () => {
    fc.assert(
      fc.property(history, rows, (records, read) => {
        const counted = records.slice(-20).filter((record) => record.rows <= read);
        const size = sizeOf(records, { rows: read }) ?? 0;
        for (const { memoryBytes } of counted.flatMap(({ tooSmall }) => tooSmall)) {
          expect(size).toBeGreaterThan(memoryBytes);
        }
      }),
    );
  });

  test('more rows never get less', () => {
    fc.assert(
      fc.property(history, fc.tuple(rows, rows), (records, pair) => {
        const [fewer = 0, more = 0] = [...pair].sort((one, other) => one - other);
        expect(sizeOf(records, { rows: more }) ?? 0).toBeGreaterThanOrEqual(sizeOf(records, { rows: fewer }) ?? 0);
      }),
      { numRuns: 500 },
    );
  });

  test('the order of the records does not matter', () => {
    fc.assert(
      fc.property(
        history.chain((records) =>
          fc.tuple(fc.constant(records), fc.shuffledSubarray(records, { minLength: records.length })),
        ),
        rows,
        ([records, shuffled], read) => {
          expect(learnSize(shuffled, ask({ rows: read }))).toEqual(learnSize(records, ask({ rows: read })));
        },
      ),
    );
  });

  test('equal peaks give the same size, however many', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), bytes, (count, peakBytes) => {
        const [one, many] = [1, count].map((each) => sizeOf(nights(each, { peakBytes, memoryBytes: peakBytes })));
        expect(many).toBe(one);
      }),
    );
  });

  test('a newer run of the same input that needed no more never raises the size', () => {
    fc.assert(
      fc.property(
        fc.array(bytes, { minLength: 1, maxLength: 40 }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        (peaks, share) => {
          const records = peaks.map((peakBytes, n) => run(n, { peakBytes }));
          const newer = run(1000, { peakBytes: Math.ceil(Math.min(...peaks) * share) });
          expect(sizeOf([...records, newer])).toBeLessThanOrEqual(sizeOf(records) ?? 0);
        },
      ),
    );
  });
});
