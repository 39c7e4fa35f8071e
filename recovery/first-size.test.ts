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
    largest: { memoryBytes: 8 * GIB, cpus: 4, diskBytes: 0 },
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
