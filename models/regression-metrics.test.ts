import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Metrics } from '../contracts/metrics.js';
import { ExactSum } from './exact-sum.js';
import { RegressionMetrics } from './regression-metrics.js';

function metricsOf(labels: readonly number[], predictions: readonly number[], batch = labels.length): Metrics {
  const metrics = new RegressionMetrics();
  for (let start = 0; start < labels.length; start += batch) {
    metrics.addBatch(labels.slice(start, start + batch), predictions.slice(start, start + batch));
  }
  return metrics.result();
}

describe('regression metrics', () => {
  test('are those computed by hand', () => {
    // Errors 1, -1, 2, 0 around labels of mean 2.5 and spread 5; squared errors 6, spread of the errors 5.
    expect(metricsOf([1, 2, 3, 4], [2, 1, 5, 4])).toEqual({
      mse: 1.5,
      rmse: Math.sqrt(1.5),
      mae: 1,
      r2: 1 - 6 / 5,
      explainedVariance: 1 - 5 / 5,
      bias: 0.5,
      smape: (2 / 3 + 2 / 3 + 4 / 8 + 0) / 4,
      rows: 4,
    });
  });

  test.each([
    {
      given: 'a perfect model',
      labels: [1, 2],
      predictions: [1, 2],
      then: { mse: 0, r2: 1, explainedVariance: 1, smape: 0 },
    },
    {
      given: 'the mean of the labels',
      labels: [1, 3],
      predictions: [2, 2],
      then: { r2: 0, explainedVariance: 0, bias: 0 },
    },
    { given: 'a constant shift', labels: [1, 3], predictions: [2, 4], then: { r2: 0, explainedVariance: 1, bias: 1 } },
    { given: 'zeros met by zeros', labels: [0, 0], predictions: [0, 0], then: { smape: 0, r2: 1 } },
    { given: 'opposite signs', labels: [-1, 1], predictions: [1, -1], then: { smape: 2 } },
    {
      given: 'equal labels, missed',
      labels: [0.1, 0.1, 0.1],
      predictions: [0.2, 0.2, 0.1],
      then: { r2: 0, explainedVariance: 0 },
    },
    {
      given: 'equal labels, hit',
      labels: [0.1, 0.1, 0.1],
      predictions: [0.1, 0.1, 0.1],
      then: { r2: 1, explainedVariance: 1 },
    },
    { given: 'one row', labels: [5], predictions: [6], then: { mse: 1, r2: 0, explainedVariance: 1, rows: 1 } },
  ])('$given', ({ labels, predictions, then }) => expect(metricsOf(labels, predictions)).toMatchObject(then));

  test('do not depend on how rows are cut into batches', () => {
    const values = fc.array(
      fc.tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: -1e6, max: 1e6, noNaN: true })),
      {
        minLength: 1,
        maxLength: 50,
      },
    );
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 50 }), (rows, batch) => {
        const [labels, predictions] = [rows.map(([label]) => label), rows.map(([, prediction]) => prediction)];
        const [whole, cut] = [metricsOf(labels, predictions), metricsOf(labels, predictions, batch)];
        for (const name of ['mse', 'rmse', 'mae', 'smape'] as const) {
          expect(Math.abs(whole[name] - cut[name])).toBeLessThanOrEqual(1e-12 * Math.abs(whole[name]));
        }
        expect(Math.abs(whole.bias - cut.bias)).toBeLessThanOrEqual(1e-12 * whole.mae);
      }),
    );
  });

  test('lose no digits however far from zero the labels lie', () => {
    // Integers around 10^9 and errors of 0.25: every value is exact in a double, so the true answers are known.
    const labels = Array.from({ length: 10_000 }, (_, row) => 1e9 + (row % 5));
    const predictions = labels.map((label, row) => label + (row % 2 === 0 ? 0.25 : -0.25));
    for (const batch of [10_000, 4_096, 7, 1]) {
      const found = metricsOf(labels, predictions, batch);
      expect(found.mse).toBe(0.0625);
      expect(found.bias).toBeCloseTo(0, 12);
      expect(Math.abs(found.r2 - (1 - 0.0625 / 2))).toBeLessThan(1e-12);
    }
  });

  test('are not spoilt by one wild row at the start', () => {
    const labels = [1e8, ...Array.from({ length: 1_000 }, (_, row) => row % 2)];
    const predictions = labels.map((label) => label + 0.5);
    const found = metricsOf(labels, predictions, 10);
    expect(found.explainedVariance).toBe(1);
    expect(found.bias).toBe(0.5);
  });

  test('of no rows, or of columns that do not match, are refused', () => {
    expect(() => new RegressionMetrics().result()).toThrow(RangeError);
    expect(() => new RegressionMetrics().addBatch([1, 2], [1])).toThrow('2 labels and 1 predictions');
  });
});

test('an exact sum keeps what a plain one loses', () => {
  const sum = new ExactSum();
  for (const value of [1, 1e100, 1, -1e100]) sum.add(value);
  expect(sum.value).toBe(2);
});
