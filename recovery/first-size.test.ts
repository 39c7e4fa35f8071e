import { describe, expect, test } from '@jest/globals';
import { evaluate } from '../contracts/stages/evaluate.js';
import type { SizeRecord } from '../contracts/size-record.js';
import { chooseFirstSize, type SizeQuestion } from './first-size.js';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const ROWS = 1_000_000;

const record: SizeRecord = {
  version: 1,
  stage: 'evaluate',
  engine: 'python',
  platform: 'local',
  jobKey: 'salary-1/evaluate-k-a1',
  at: '2026-11-01T22:00:00.000Z',
  rows: ROWS,
  bytes: 0,
  cpus: 2,
  peakBytes: 3 * GIB,
  memoryBytes: 4 * GIB,
  settings: { batchRows: 250_000 },
  ownSettings: { batchRows: 250_000 },
  firstMemoryBytes: 4 * GIB,
  attempts: 1,
  tooSmall: [],
  seconds: 1,
  codeHash: 'c',
  shareDone: 1,
};

function choose(change: Partial<SizeQuestion>) {
  return chooseFirstSize({
    definition: evaluate,
    override: {},
    platform: 'local',
    offer: { largest: { memoryBytes: 8 * GIB, cpus: 4, diskBytes: 0 } },
    input: { rows: ROWS, bytes: 0 },
    records: [record],
    ...change,
  });
}

describe('the first size of an attempt', () => {
  test('is what earlier runs taught, before what the author guessed', () => {
    const { first, because } = choose({});
    expect(first.memoryBytes).toBe(3648 * MIB);
    expect(because).toContain('learned: 1 run');
  });

  test('is what tempered.json says, before what earlier runs taught', () => {
    const { first, because } = choose({ override: { memory: GIB } });
    expect({ memory: first.memoryBytes, because }).toEqual({ memory: GIB, because: 'set in tempered.json' });
  });

  test('is the own guess of the stage when nothing else is known', () => {
    const { first, because, settings } = choose({ records: [] });
    expect(first).toEqual(evaluate.sizeFor(ROWS));
    expect({ because, settings }).toEqual({ because: 'first size', settings: { batchRows: 250_000 } });
  });

  test('is cut to the largest allowed, and says so', () => {
    const { first, cap, because } = choose({ records: [], override: { maxMemory: GIB } });
    expect([first.memoryBytes, cap.memoryBytes]).toEqual([GIB, GIB]);
    expect(because).toMatch(/^first size, cut from 1\.\d+ GiB to the largest allowed$/);
  });

  test.each([
    { override: { memory: 9 * GIB }, says: 'stages.evaluate.memory is 9 GiB, but at most 8 GiB is allowed' },
    { override: { cpus: 8 }, says: 'stages.evaluate.cpus is 8, but at most 4 can be had' },
  ])('that cannot be had is refused: $says', ({ override, says }) => {
    expect(() => choose({ override })).toThrow(says);
  });
});

describe('the first size on a platform that sells sizes', () => {
  const rung = (gib: number, cpus: number) => ({ memoryBytes: gib * GIB, cpus, diskBytes: 0 });
  const sizes = [rung(1, 1), rung(2, 1), rung(4, 2), rung(8, 4)];
  const offer = { largest: rung(8, 4), sizes };
  const sold = (change: Partial<SizeQuestion>) => choose({ offer, platform: 'shop', records: [], ...change });
  const soldRecord = { ...record, platform: 'shop', cpus: 2 };

  test('is the first that has the memory and the CPUs, and CPUs come with it', () => {
    expect(evaluate.sizeFor(ROWS)).toMatchObject({ cpus: 2 });
    const { first, cap, because } = sold({});
    expect(first).toEqual({ ...rung(4, 2), diskBytes: evaluate.sizeFor(ROWS).diskBytes });
    expect(cap).toMatchObject({ memoryBytes: 8 * GIB, cpus: 4 });
    expect(because).toBe('first size; the next size that shop has is 4 GiB');
  });

  test('has the memory where no size that is allowed has the CPUs too', () => {
    expect(sold({ override: { maxMemory: 3 * GIB } }).first).toMatchObject({ memoryBytes: 2 * GIB, cpus: 1 });
  });

  test('is a learned one rounded up, from runs of any number of CPUs on this platform alone', () => {
    const { first, because } = sold({ records: [soldRecord] });
    expect(first).toMatchObject({ memoryBytes: 4 * GIB, cpus: 2 });
    expect(because).toMatch(/^learned: 1 run.*; the next size that shop has is 4 GiB$/);
    const larger = { ...soldRecord, cpus: 4, peakBytes: 5 * GIB, memoryBytes: 8 * GIB };
    expect(sold({ records: [larger] }).first).toMatchObject({ memoryBytes: 8 * GIB, cpus: 4 });
    expect(sold({ records: [{ ...larger, platform: 'local' }] }).because).toMatch(/^first size/);
  });

  test('never passes the largest size within maxMemory, nor does any later one', () => {
    const { first, cap } = sold({ override: { maxMemory: 7 * GIB }, records: [{ ...soldRecord, peakBytes: 6 * GIB }] });
    expect([first.memoryBytes, cap.memoryBytes]).toEqual([4 * GIB, 4 * GIB]);
  });

  test.each([
    { override: { memory: 3 * GIB }, then: 4 },
    { override: { memory: 4 * GIB }, then: 4 },
    { override: { cpus: 4 }, then: 8 },
  ])('is $then GiB when tempered.json says $override', ({ override, then }) => {
    expect(sold({ override }).first.memoryBytes).toBe(then * GIB);
  });

  test.each([
    {
      override: { maxMemory: GIB / 2 },
      says: 'stages.evaluate.maxMemory is 512 MiB, but the smallest size that shop has is 1 GiB',
    },
    { override: { maxMemory: 7 * GIB, memory: 5 * GIB }, says: 'memory is 5 GiB, but at most 4 GiB is allowed' },
    { override: { cpus: 8 }, says: 'cpus is 8, but at most 4 can be had' },
  ])('that cannot be had is refused: $says', ({ override, says }) => {
    expect(() => sold({ override })).toThrow(says);
  });
});
