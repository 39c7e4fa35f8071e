import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SizeRecord } from '../contracts/size-record.js';
import { learnSize } from './learn.js';

const MIB = 2 ** 20;
const CAP = 1024 * 1024 * MIB;
const JOBS = 400;

/** One job of a fleet: what it needs for its rows, and how far its nights differ from each other. */
interface FleetJob {
  readonly baseMib: number;
  readonly bytesPerRow: number;
  readonly rows: number;
}

const fleetJob: fc.Arbitrary<FleetJob> = fc.record({
  baseMib: fc.integer({ min: 60, max: 500 }),
  bytesPerRow: fc.integer({ min: 20, max: 900 }),
  rows: fc.integer({ min: 100_000, max: 50_000_000 }),
});

/** Tonight's data: up to 10 % more or fewer rows than usual, and up to 5 % more or less memory for the same rows. */
const night = fc.record({
  rowsFactor: fc.double({ min: 0.9, max: 1.1, noNaN: true }),
  noise: fc.double({ min: 0.95, max: 1.05, noNaN: true }),
});
type Night = typeof night extends fc.Arbitrary<infer Value> ? Value : never;

interface Outcome {
  readonly record: SizeRecord;
  readonly firstWorked: boolean;
  readonly wasteBytes: number;
}

/** Runs a job's night with memory growing until it is enough. The author guesses a quarter of what it takes. */
function runNight(
  { baseMib, bytesPerRow, rows: usual }: FleetJob,
  n: number,
  [{ rowsFactor, noise }, before]: readonly [Night, readonly SizeRecord[]],
): Outcome {
  const rows = Math.round(usual * rowsFactor);
  const neededBytes = Math.ceil((baseMib * MIB + bytesPerRow * rows) * noise);
  const sizeFor = (each: number) => ({
    memoryBytes: Math.ceil((baseMib * MIB + bytesPerRow * each) / 4),
    cpus: 2,
    diskBytes: 0,
  });
  const learned = learnSize(before, { rows, bytes: 0, cpus: 2, capBytes: CAP, sizeFor, ownSettings: {} });
  const firstMemoryBytes = learned?.memoryBytes ?? sizeFor(rows).memoryBytes;
  const tooSmall: { memoryBytes: number; settings: SizeRecord['settings']; region: string }[] = [];
  let memoryBytes = firstMemoryBytes;
  while (memoryBytes < neededBytes) {
    tooSmall.push({ memoryBytes, settings: {}, region: 'container' });
    memoryBytes = Math.ceil(memoryBytes * 1.5);
  }
  const record: SizeRecord = {
    version: 1,
    stage: 'job',
    engine: 'python',
    platform: 'local',
    jobKey: `night-${String(n)}`,
    at: new Date(Date.UTC(2026, 0, 1) + n * 86_400_000).toISOString(),
    rows,
    bytes: 0,
    cpus: 2,
    peakBytes: neededBytes,
    memoryBytes,
    settings: {},
    ownSettings: {},
    firstMemoryBytes,
    attempts: tooSmall.length + 1,
    tooSmall,
    seconds: 1,
    codeHash: 'c',
    shareDone: 1,
  };
  return { record, firstWorked: tooSmall.length === 0, wasteBytes: memoryBytes - neededBytes };
}

test('of a fleet whose guesses are four times too small, at least 95 % start right the first time on the second night', () => {
  const fleet = fc.sample(fc.tuple(fleetJob, night, night), { numRuns: JOBS, seed: 7 });
  const nights = fleet.map(([job, first, second]) => {
    const one = runNight(job, 1, [first, []]);
    return { one, two: runNight(job, 2, [second, [one.record]]) };
  });
  expect(nights.filter(({ one }) => one.firstWorked)).toHaveLength(0);
  expect(nights.filter(({ two }) => two.firstWorked).length / JOBS).toBeGreaterThanOrEqual(0.95);
});

test('after twenty nights a fleet fails no oftener and holds at most four tenths more than it needs', () => {
  const fleet = fc.sample(fc.tuple(fleetJob, fc.array(night, { minLength: 21, maxLength: 21 })), {
    numRuns: 100,
    seed: 8,
  });
  const last = fleet.map(([job, nights]) => {
    const records: SizeRecord[] = [];
    let outcome: Outcome | undefined;
    for (const [n, each] of nights.entries()) {
      outcome = runNight(job, n, [each, records]);
      records.push(outcome.record);
    }
    return outcome;
  });
  expect(last.filter((outcome) => outcome?.firstWorked === true).length / last.length).toBeGreaterThanOrEqual(0.95);
  const wasted = last.reduce((sum, outcome) => sum + (outcome?.wasteBytes ?? 0), 0);
  const needed = last.reduce((sum, outcome) => sum + (outcome?.record.peakBytes ?? 0), 0);
  expect(wasted / needed).toBeLessThan(0.4);
});
