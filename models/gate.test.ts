import { expect, test } from '@jest/globals';
import type { Evaluation, Interval, Metrics } from '../contracts/metrics.js';
import { decideGate } from './gate.js';

const metrics = (mse: number): Metrics => ({
  mse,
  rmse: Math.sqrt(mse),
  mae: 1,
  r2: 0,
  explainedVariance: 0,
  bias: 0,
  smape: 0,
  rows: 100,
});

interface Case {
  readonly given: string;
  readonly overBaseline: Interval;
  readonly overChampion?: Interval;
  readonly margin?: number;
  readonly then: readonly [passed: boolean, beatsBaseline: boolean, beatsChampion: boolean | null];
}

/** The baseline's error is 1000, so a margin of 0.01 asks for an improvement of more than 10. */
const CASES: readonly Case[] = [
  { given: 'a clear win and no champion', overBaseline: [500, 600], then: [true, true, null] },
  { given: 'a win smaller than the margin', overBaseline: [5, 9], then: [false, false, null] },
  { given: 'a win that may be smaller than the margin', overBaseline: [9, 600], then: [false, false, null] },
  { given: 'a win of exactly the margin', overBaseline: [10, 20], then: [false, false, null] },
  { given: 'a win just above the margin', overBaseline: [10.001, 20], then: [true, true, null] },
  { given: 'any win, where no margin is asked', overBaseline: [0.001, 20], margin: 0, then: [true, true, null] },
  { given: 'no difference, where no margin is asked', overBaseline: [0, 20], margin: 0, then: [false, false, null] },
  { given: 'a loss', overBaseline: [-20, -10], then: [false, false, null] },
  { given: 'a win over both', overBaseline: [500, 600], overChampion: [1, 2], then: [true, true, true] },
  { given: 'a tie with the champion', overBaseline: [500, 600], overChampion: [0, 0], then: [false, true, false] },
  {
    given: 'a win over the champion that may be chance',
    overBaseline: [500, 600],
    overChampion: [-1, 50],
    then: [false, true, false],
  },
  { given: 'a win over the champion only', overBaseline: [-5, 5], overChampion: [1, 2], then: [false, false, true] },
  { given: 'a margin of all of the error', overBaseline: [999, 1000], margin: 1, then: [false, false, null] },
];

function evaluation([low, high]: Interval, overChampion?: Interval): Evaluation {
  return {
    candidate: metrics(450.25),
    baseline: { name: 'mean', metrics: metrics(1000) },
    champion: overChampion === undefined ? null : metrics(460),
    intervals: {
      mse: [400, 500],
      r2: [0, 1],
      improvementOverBaseline: [low, high],
      improvementOverChampion: overChampion ? [overChampion[0], overChampion[1]] : null,
    },
    samplePredictions: [],
  };
}

test.each(CASES)('$given', ({ overBaseline, overChampion, margin = 0.01, then }) => {
  const [passed, beatsBaseline, beatsChampion] = then;
  const verdict = decideGate(evaluation(overBaseline, overChampion), margin);
  expect(verdict).toMatchObject({ passed, beatsBaseline, beatsChampion });
  expect(verdict.reasons).toHaveLength(2);
});

test('the reasons are sentences with the numbers', () => {
  expect(decideGate(evaluation([9, 600], [1, 2]), 0.01).reasons).toEqual([
    'does not beat the baseline "mean": MSE 450.25 against 1000, improvement 9 to 600, needed more than 10 (1 % of the baseline)',
    'beats the champion: MSE 450.25 against 460, improvement 1 to 2, needed more than 0',
  ]);
  expect(decideGate(evaluation([500, 600]), 0.01).reasons[1]).toBe('there is no champion to beat');
});

test('the strongest baseline is the one to beat, and the weaker ones are told', () => {
  const whole = evaluation([9, 600]);
  const baselines = [whole.baseline, { name: 'persistence', metrics: metrics(2000) }];
  expect(decideGate({ ...whole, baselines }, 0.01).reasons[1]).toBe('the baseline "persistence" is weaker: MSE 2000');
  const hidden = [...baselines, { name: 'climatology', metrics: metrics(999) }];
  expect(() => decideGate({ ...whole, baselines: hidden }, 0.01)).toThrow(
    expect.objectContaining({ code: 'CONTRACT_BROKEN', message: expect.stringContaining('"climatology" is stronger') }),
  );
});

test("the published report's model is rejected", () => {
  const published = evaluation([-9_000_000, 4_000_000]);
  expect(decideGate({ ...published, candidate: metrics(673131597.3910482) }, 0.01)).toMatchObject({ passed: false });
});

test('a champion that was measured but not compared breaks the contract', () => {
  const whole = evaluation([500, 600], [1, 2]);
  const torn = { ...whole, intervals: { ...whole.intervals, improvementOverChampion: null } };
  expect(() => decideGate(torn, 0.01)).toThrow(expect.objectContaining({ code: 'CONTRACT_BROKEN' }));
});
