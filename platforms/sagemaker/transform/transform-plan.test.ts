import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { JobFile } from '../../../contracts/job.js';
import type { DatasetRef, ModelRef } from '../../../contracts/refs.js';
import { manifestJson, manifestOf } from '../../../storage/manifest.js';
import { temporaryStorage, type TemporaryStorage } from '../../../test/contracts/temporary-storage.js';
import { concurrencyOf, planTransform } from './transform-plan.js';

const MIB = 2 ** 20;
const HASH = 'a'.repeat(64);

describe('a prediction as a transform job', () => {
  let place: TemporaryStorage;
  beforeEach(async () => {
    place = await temporaryStorage();
  });
  afterEach(() => place.close());

  /** The job `predict` over a data set with files of these sizes. */
  async function jobOver(sizes: readonly number[], change: Partial<JobFile> = {}): Promise<JobFile> {
    const uri = `${place.storage.root}/etl/k/unseen`;
    const files = sizes.map((bytes, index) => ({
      path: `part-${String(index)}.parquet`,
      bytes,
      sha256: HASH,
      rows: 1,
    }));
    const manifest = manifestOf({ kind: 'dataset', dataset: 'unseen', files, rows: sizes.length, schema: [] });
    await place.storage.write(`${uri}/_manifest.json`, manifestJson(manifest));
    const dataset: DatasetRef = { kind: 'dataset', uri, manifestSha256: HASH, rows: 1, bytes: 1, schemaSha256: HASH };
    const model: ModelRef = { kind: 'model', name: 'salary', uri: 's3://b/m', sha256: HASH, candidateSha256: HASH };
    return {
      ...{ version: 1, jobKey: 'run/predict-k-a1', stage: 'predict', params: { csv: false } },
      ...{ inputs: { model, dataset }, output: 's3://b/o', scratch: 's3://b/s', settings: {}, salvage: 'chunks' },
      resources: { memoryBytes: 1, cpus: 1, diskBytes: 1 },
      ...change,
    };
  }

  test('has a payload that the largest file fits into, and asks about as many files at a time as the service lets through', async () => {
    const plan = await planTransform(place.storage, await jobOver([10 * MIB, 24.5 * MIB, 1, 1, 1]));
    expect(plan.payloadMib).toBe(25);
    expect(concurrencyOf(plan, 2)).toBe(2);
    expect(concurrencyOf(plan, 64)).toBe(4);
    expect(concurrencyOf({ ...plan, files: plan.files.slice(0, 3) }, 64)).toBe(3);
    expect(concurrencyOf(plan, 0)).toBe(1);
  });

  test.each([
    {
      given: 'a file that no request can carry',
      sizes: [100 * MIB + 1],
      change: {},
      says: /part-0.parquet of the data set has .* one request takes 100/,
    },
    { given: 'a CSV', sizes: [1], change: { params: { csv: true } }, says: /writes no CSV/ },
    {
      given: 'another stage',
      sizes: [1],
      change: { stage: 'store', inputs: {} },
      says: /the stage store: it does not take a model/,
    },
  ])('is refused with $given, and says what to set instead', async ({ sizes, change, says }) => {
    const refused = planTransform(place.storage, await jobOver(sizes, change));
    await expect(refused).rejects.toThrow(says);
    await expect(refused).rejects.toMatchObject({
      code: 'WRONG_INPUT',
      details: { advice: expect.stringContaining('sagemaker.jobs.') as unknown },
    });
  });
});
