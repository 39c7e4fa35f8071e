import { expect, test } from '@jest/globals';
import type { MeasuredAttempt } from './attempts.js';
import type { FaultRun } from './run-fault.js';
import { FAULTS } from './faults.js';
import { atSpeedOf } from './same-speed.js';
import { gibHoursOf } from './score.js';

const [fault, another] = FAULTS;

/** Attempts of one GiB that took so many hours, one after the other. */
function run(of: typeof fault, hours: readonly number[]): FaultRun {
  if (of === undefined) throw new Error('there are no faults');
  const attempts = hours.map((took, index): MeasuredAttempt => {
    const startedAtMs = index * 1e9;
    const when = { number: index + 1, startedAtMs, endedAtMs: startedAtMs + took * 3_600_000 };
    return { ...when, memoryBytes: 2 ** 30, settings: {}, verdict: '', region: null, unitsDone: [], unitsCut: [] };
  });
  return { fault: of, ending: 'done', sameResult: true, attempts };
}

test('a night on a slower machine costs what it would have cost on the other', () => {
  const slow = [run(fault, [2, 6]), run(another, [1, 1])];
  expect(gibHoursOf(atSpeedOf([run(fault, [1, 1]), run(another, [1, 9])], slow))).toBeCloseTo(1 + 3 + 1 + 1);
});

test.each([
  ['ran in one night only', []],
  ['was not measured', [run(fault, [Number.NaN])]],
])('a fault that %s is taken as it was', (_, reference) => {
  expect(gibHoursOf(atSpeedOf(reference, [run(fault, [2, 6])]))).toBeCloseTo(8);
});
