import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { PredictResult } from '../../contracts/pipelines/predict.js';
import { DatasetRef, type ModelRef } from '../../contracts/refs.js';
import { loadProfile } from '../../settings/profile.js';
import { openStorage } from '../../storage/index.js';
import { writeParquet } from '../harness/parquet.js';
import { openTestPlatform, type Ended, type TestPlatform } from '../harness/platform.js';
import { storeSampleModel } from '../harness/sample-model.js';

describe('which model is in use', () => {
  let platform: TestPlatform;
  let close: () => Promise<void> = () => Promise.resolve();
  let [first, second]: ModelRef[] = [];
  let dataset = '';
  beforeAll(async () => {
    ({ platform, close } = await openTestPlatform({}));
    const storage = openStorage(loadProfile().storageRootUri, []);
    [first, second] = [await storeSampleModel(storage, 7, { measured: true }), await storeSampleModel(storage, 9)];
    dataset = await imported('people', 30);
  }, 120_000);
  afterAll(() => close(), 60_000);

  const models = (...args: readonly string[]) => platform.tempered('models', ...args);
  const imported = async (name: string, age: number) => {
    const file = join(platform.folder, `${name}.parquet`);
    const columns = `"id": [1, 2], "age": [${String(age)}, 40], "is_active": [True, False], "tenure_days": [10, 20]`;
    writeParquet(file, `table = pa.table({${columns}})`);
    return DatasetRef.parse(documentOf(await platform.tempered('import', file, '--json'))).uri;
  };
  const predictsWith = async () => {
    const ended = await platform.startWorkflow('predict', '--set', `dataset=${dataset}`, '--watch', '--json');
    const { result } = z.object({ result: PredictResult }).parse(documentOf(ended));
    return { model: result.model.sha256, predictions: result.predictions.manifestSha256 };
  };

  test('is what predicts: the promoted one, and after a rollback the one before it', async () => {
    await expect(models('promote', 'salary', first?.sha256.slice(0, 12) ?? '')).resolves.toMatchObject({ code: 0 });
    const before = await predictsWith();
    expect(before.model).toBe(first?.sha256);

    const promoted = await models('promote', 'salary', second?.sha256 ?? '', '--json');
    expect(documentOf(promoted)).toMatchObject({ from: first?.sha256, champion: second?.sha256, mirror: null });
    const between = await predictsWith();
    expect(between.model).toBe(second?.sha256);
    expect(between.predictions).not.toBe(before.predictions);

    const { code, stdout } = await models('rollback');
    const short = [first, second].map((model) => model?.sha256.slice(0, 12) ?? '');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `champion of salary is ${short[0] ?? ''}   (before: ${short[1] ?? ''})\n`,
    });
    await expect(predictsWith()).resolves.toEqual(before);
  });

  test('is told with every champion so far, and once more cannot be rolled back', async () => {
    const moved = [first, second, first].map((model) => ({ sha256: model?.sha256 }));
    expect(documentOf(await models('show', 'salary', '--json'))).toMatchObject({
      ...{ model: first, isChampion: true, metrics: { r2: 0.5 } },
      champions: moved,
    });
    expect((await models('show', 'salary')).stdout).toMatch(/is +lightgbm for salary from age, is_active, tenure_days/);
    expect((await models('list', 'salary')).stdout).toBe((await models('list')).stdout);
    expect((await models('list')).stdout).toMatch(
      new RegExp(`salary +${first?.sha256.slice(0, 12) ?? ''} +champion +0\\.5 +5 `),
    );
    const none = await models('rollback', 'salary');
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('nothing to roll back to');
    expect(none.stderr).toContain('next   choose a version: npx tempered models list salary');
  });

  test('is the one stored last when a promotion names no version; what it predicts is followed to its end', async () => {
    await expect(models('promote', 'salary')).resolves.toMatchObject({ code: 0 });
    const others = await imported('others', 31); // what was predicted before would be served from the cache
    const started = await platform.startWorkflow('predict', '--set', `dataset=${others}`, '--json');
    const { runId } = z.object({ runId: z.string() }).parse(documentOf(started));
    const followed = await platform.tempered('logs', runId, '--follow', '--json');
    expect(JSON.parse(followed.stdout)).toMatchObject({ runId, jobs: [{ stage: 'predict', platform: 'local' }] });
    expect(documentOf(await platform.tempered('show', runId, '--json'))).toMatchObject({
      status: 'completed',
      result: { model: { sha256: second?.sha256 } },
    });
    await expect(platform.tempered('logs', runId, '--follow')).resolves.toMatchObject({ code: 0 });
  });
});

function documentOf({ stdout, stderr }: Ended): unknown {
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}
