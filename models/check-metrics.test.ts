import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { temporaryStorage, type TemporaryStorage } from '../test/contracts/temporary-storage.js';
import { parquetFixture } from '../test/fixtures/parquet/parquet-fixture.js';
import { Metrics } from '../contracts/metrics.js';
import { DatasetRef } from '../contracts/refs.js';
import { importPath } from '../storage/import.js';
import { checkMetrics } from './check-metrics.js';

const Claimed = z.object({ candidate: Metrics, champion: Metrics });

let temporary: TemporaryStorage;
let storage: TemporaryStorage['storage'];
let claimed: z.infer<typeof Claimed>;
beforeEach(async () => {
  temporary = await temporaryStorage();
  storage = temporary.storage;
  // What scikit-learn says of the predictions, see make.py.
  claimed = Claimed.parse(JSON.parse(await readFile(parquetFixture('predictions.json'), 'utf8')));
});
afterEach(() => temporary.close());

const predictions = async (fixture = 'predictions.parquet'): Promise<DatasetRef> =>
  DatasetRef.parse(await importPath(storage, parquetFixture(fixture)));

describe('metrics computed again from predictions', () => {
  test("agree with scikit-learn's, over several row groups", async () => {
    const measured = await checkMetrics(storage, await predictions(), claimed);
    expect(measured.candidate.mse).toBeCloseTo(claimed.candidate.mse, 6);
    expect(measured.champion?.r2).toBeCloseTo(claimed.champion.r2, 12);
  });

  test('need no champion', async () => {
    expect(await checkMetrics(storage, await predictions(), { ...claimed, champion: null })).toMatchObject({
      champion: null,
    });
  });

  test.each(['mse', 'rmse', 'mae', 'r2', 'explainedVariance', 'bias', 'smape'] as const)(
    'find a wrong %s and name both numbers',
    async (name) => {
      const wrong = claimed.candidate[name] * (1 + 1e-6) + 1e-6;
      const candidate = { ...claimed.candidate, [name]: wrong };
      await expect(checkMetrics(storage, await predictions(), { ...claimed, candidate })).rejects.toMatchObject({
        code: 'CONTRACT_BROKEN',
        message: expect.stringMatching(
          new RegExp(`^candidate\\.${name}: found ${wrong} by the job, expected .* by its predictions$`),
        ),
      });
    },
  );

  test('find a wrong number of rows', async () => {
    const candidate = { ...claimed.candidate, rows: 199 };
    await expect(checkMetrics(storage, await predictions(), { ...claimed, candidate })).rejects.toMatchObject({
      message: 'candidate.rows: found 199 by the job, expected 200 by its predictions',
    });
  });

  test("find a wrong metric of the champion's", async () => {
    const champion = { ...claimed.champion, mae: 1 };
    await expect(checkMetrics(storage, await predictions(), { ...claimed, champion })).rejects.toMatchObject({
      message: expect.stringContaining('champion.mae: found 1 by the job'),
    });
  });

  test("find a wrong metric of a baseline's, by the column of its name", async () => {
    const baseline = (metrics: Metrics) => ({
      ...claimed,
      champion: null,
      baselines: [{ name: 'champion_prediction', metrics }],
    });
    await expect(checkMetrics(storage, await predictions(), baseline(claimed.champion))).resolves.toBeDefined();
    const wrong = baseline({ ...claimed.champion, mse: 1 });
    await expect(checkMetrics(storage, await predictions(), wrong)).rejects.toMatchObject({
      message: expect.stringContaining('baseline champion_prediction.mse: found 1 by the job'),
    });
  });

  test('leave out the mean, which is the same in every row', async () => {
    const baselines = [{ name: 'mean', metrics: { ...claimed.champion, mse: 1 } }];
    await expect(checkMetrics(storage, await predictions(), { ...claimed, baselines })).resolves.toBeDefined();
  });

  test.each([
    { fixture: 'people-1.parquet', says: /#label: found no such column, expected double/ },
    { fixture: 'null-prediction.parquet', says: /#prediction row 1: found null, expected a finite number/ },
    { fixture: 'nan-prediction.parquet', says: /#prediction row 2: found NaN, expected a finite number/ },
    { fixture: 'whole-labels.parquet', says: /#label: found int64, expected double/ },
  ])('name what cannot be used in $fixture', async ({ fixture, says }) => {
    const ref = await predictions(fixture);
    await expect(checkMetrics(storage, ref, { ...claimed, champion: null })).rejects.toMatchObject({
      code: 'CONTRACT_BROKEN',
      message: expect.stringMatching(says),
    });
  });
});
