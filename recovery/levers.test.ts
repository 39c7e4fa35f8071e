import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SettingLever } from '../contracts/attempt.js';
import type { Settings } from '../contracts/resources.js';
import { moveText, pullLever } from './levers.js';

/** Every value that a lever takes until it has nothing left. */
function notches(lever: SettingLever, value: Settings[string], cpus: number): readonly Settings[string][] {
  const move = pullLever(lever, { [lever]: value }, { cpus, far: false });
  return move ? [move.to, ...notches(lever, move.to, cpus)] : [];
}

test.each<{
  readonly lever: SettingLever;
  readonly value: Settings[string];
  readonly cpus: number;
  readonly given: readonly Settings[string][];
}>([
  { lever: 'concurrency', value: 0, cpus: 2, given: [1] },
  { lever: 'concurrency', value: 0, cpus: 1, given: [] },
  { lever: 'concurrency', value: 0, cpus: 0.5, given: [] },
  { lever: 'concurrency', value: 0, cpus: 64, given: [32, 16, 8, 4, 1] },
  { lever: 'concurrency', value: 3, cpus: 64, given: [1] },
  { lever: 'threads', value: 8, cpus: 2, given: [4, 1] },
  { lever: 'batchRows', value: 250_000, cpus: 2, given: [62_500, 15_625, 3906, 1000] },
  { lever: 'batchRows', value: 500, cpus: 2, given: [] },
  { lever: 'batchRows', value: 1024, cpus: 2, given: [] }, // 24 rows fewer are no attempt worth
  { lever: 'partitions', value: 16, cpus: 2, given: [64, 256, 1024, 4096] },
  { lever: 'partitions', value: 10_000, cpus: 2, given: [] },
  { lever: 'broadcast', value: true, cpus: 2, given: [false] },
  { lever: 'broadcast', value: false, cpus: 2, given: [] },
  { lever: 'collect', value: true, cpus: 2, given: [false] },
  { lever: 'overheadShare', value: 0.3, cpus: 2, given: [0.45, 0.6] },
  { lever: 'resultLimitMiB', value: 1024, cpus: 2, given: [4096, 16_384] },
  { lever: 'resultLimitMiB', value: 0, cpus: 2, given: [] },
  { lever: 'histogramBins', value: 255, cpus: 2, given: [63, 15] },
  { lever: 'sampleShare', value: 1, cpus: 2, given: [0.5, 0.25, 0.1] },
])('$lever from $value on $cpus CPUs gives $given', ({ lever, value, cpus, given }) => {
  expect(notches(lever, value, cpus)).toEqual(given);
});

test('a lever whose setting the job does not have, or of another type, gives nothing', () => {
  expect(pullLever('batchRows', {}, { cpus: 2, far: false })).toBeNull();
  expect(pullLever('batchRows', { batchRows: 'many' }, { cpus: 2, far: false })).toBeNull();
});

test('a move is said with what was really in force', () => {
  const move = pullLever('concurrency', { concurrency: 0 }, { cpus: 2, far: false });
  expect(move && moveText(move)).toBe('concurrency 2 -> 1');
});

test('every lever ends, whatever it starts from', () => {
  const levers = ['concurrency', 'threads', 'batchRows', 'partitions', 'overheadShare', 'resultLimitMiB'] as const;
  fc.assert(
    fc.property(
      fc.constantFrom(...levers, 'histogramBins', 'sampleShare'),
      fc.double({ min: 0, noNaN: true }),
      (lever, value) => {
        expect(notches(lever, value, 4).length).toBeLessThan(2000);
      },
    ),
  );
});

test('a lever that is pulled to its end arrives where its notches do', () => {
  const all = [
    ['batchRows', 250_000],
    ['partitions', 16],
    ['overheadShare', 0.3],
    ['concurrency', 16],
    ['collect', true],
  ] as const;
  for (const [lever, value] of all) {
    expect(pullLever(lever, { [lever]: value }, { cpus: 2, far: true })?.to).toBe(notches(lever, value, 2).at(-1));
  }
});
