import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { truncate } from 'node:fs/promises';
import { dyingStorage } from '../test/fixtures/dying-storage.js';
import { storageWith } from '../test/fixtures/storage-with.js';
import { finishedJob, leavePeople } from '../test/fixtures/finished-job.js';
import { temporaryStorage, type TemporaryStorage } from '../test/contracts/temporary-storage.js';
import { JobResult } from '../contracts/job.js';
import { contentHash, Ref, type ModelRef } from '../contracts/refs.js';
import { sha256Of } from './content-hash.js';
import { pathOfFileUri } from './file-uri.js';
import { layout } from './layout.js';
import { publishStage, type StagePublication } from './publish-outputs.js';
import { findProvenance } from './provenance.js';
import { findDataset, readManifest } from './snapshots.js';
import { findStageRecord, latestStageRecord } from './stage-records.js';
import { childUri } from './uri.js';

type Result = { -readonly [K in keyof JobResult]: JobResult[K] };

let temporary: TemporaryStorage;
let storage: TemporaryStorage['storage'];
beforeEach(async () => {
  temporary = await temporaryStorage();
  storage = temporary.storage;
});
afterEach(() => temporary.close());

const finalUri = (): string => layout.stage(storage, 'etl', 'k1');

/** A manifest that is one, of something else. */
const EMPTY_ARTIFACT = JSON.stringify({ version: 1, kind: 'artifact', dataset: 'other', bytes: 0, files: [] });

const hashOfManifest = async (uri: string): Promise<string> => sha256Of(await storage.read(`${uri}/_manifest.json`));

describe('publishing a finished job', () => {
  test('gives references under camelCase names beside the values, and moves all of it', async () => {
    const job = await finishedJob(storage);
    const record = await publishStage(storage, job);
    const trainUri = `${finalUri()}/features/split=train`;
    const modelSha256 = await hashOfManifest((record.output['model'] as ModelRef).uri);
    expect(record.output).toEqual({
      counts: { read: 5 },
      train: await findDataset(storage, trainUri),
      topPeople: await findDataset(storage, `${finalUri()}/top%20people`),
      notes: {
        kind: 'artifact',
        uri: `${finalUri()}/notes`,
        manifestSha256: await hashOfManifest(`${finalUri()}/notes`),
        bytes: 4,
      },
      model: {
        kind: 'model',
        name: 'people',
        uri: layout.model(storage, 'people', modelSha256),
        sha256: modelSha256,
        candidateSha256: 'c'.repeat(64),
      },
    });
    expect(await findStageRecord(storage, 'etl', 'k1')).toEqual({ kind: 'hit', record });
    expect(await latestStageRecord(storage, 'etl')).toEqual(record);
    expect(await storage.stat(job.outputUri)).toBeUndefined();
    expect((await storage.list(finalUri())).map((entry) => entry.name)).toEqual([
      '_stage.json',
      'features',
      'notes',
      'top people',
    ]);
  });

  test('writes manifests that hold the content, and beside them who made it', async () => {
    const job = await finishedJob(storage);
    const { output } = await publishStage(storage, job);
    const { uri: modelUri } = output['model'] as ModelRef;
    expect(await readManifest(storage, `${finalUri()}/features/split=train`)).toMatchObject({
      kind: 'dataset',
      dataset: 'train',
      rows: 5,
      files: [
        { path: 'part-0.parquet', rows: 3 },
        { path: 'part-1.parquet', rows: 2 },
      ],
    });
    expect(await readManifest(storage, modelUri)).toMatchObject({
      kind: 'model',
      dataset: 'people',
      candidateSha256: 'c'.repeat(64),
    });
    for (const uri of [`${finalUri()}/features/split=train`, `${finalUri()}/notes`, modelUri]) {
      expect(await findProvenance(storage, uri)).toEqual(job.provenance);
    }
  });

  test('gives the same hashes when the same content is made again by another run, later, its files in another order', async () => {
    const hashes = async (job: StagePublication): Promise<readonly string[]> => {
      const { output } = await publishStage(storage, job);
      return ['train', 'topPeople', 'notes', 'model'].map((name) => contentHash(Ref.parse(output[name])));
    };
    const first = await hashes(await finishedJob(storage, 1));
    await storage.remove(finalUri());
    await storage.remove(layout.models(storage));
    const { result, ...again } = await finishedJob(storage, 2);
    const turned = Object.entries(result.outputs).map(([name, output]) => [
      name,
      { ...output, files: output.files.toReversed() },
    ]);
    const provenance = { ...again.provenance, workflowId: 'another', publishedAt: '2027-01-01T00:00:00.000Z' };
    const outputs = JobResult.shape.outputs.parse(Object.fromEntries(turned));
    expect(await hashes({ ...again, provenance, result: { ...result, outputs } })).toEqual(first);
  });

  test('an output that the stage does not promise is not published', async () => {
    const job = await finishedJob(storage);
    const toOutput = (): never => {
      throw new RangeError('topPeople is not of this stage');
    };
    await expect(publishStage(storage, { ...job, toOutput })).rejects.toThrow('topPeople is not of this stage');
    expect(await findStageRecord(storage, 'etl', 'k1')).toEqual({ kind: 'absent' });
    expect(await storage.list(layout.models(storage))).toEqual([]);
  });

  test('of two jobs for one key the first is kept, and the second gets its record', async () => {
    const first = await publishStage(storage, await finishedJob(storage, 1));
    const second = await finishedJob(storage, 2);
    expect(await publishStage(storage, second)).toEqual(first);
    expect(await storage.stat(second.outputUri)).toBeUndefined();
  });

  test('of many jobs for one key that publish at once all get the same record', async () => {
    const jobs = await Promise.all([1, 2, 3, 4, 5, 6].map((attempt) => finishedJob(storage, attempt)));
    const records = await Promise.all(jobs.map((job) => publishStage(storage, job)));
    expect(new Set(records.map((record) => record.provenance.jobKey)).size).toBe(1);
    expect(await findStageRecord(storage, 'etl', 'k1')).toEqual({ kind: 'hit', record: records[0] });
  });

  test('killed before any change, nothing half-done is seen, and a second call completes it', async () => {
    let kills = 0;
    for (let changes = 0; ; changes++) {
      const job = await finishedJob(storage, changes);
      const published = await publishStage(dyingStorage(storage, changes), job).then(
        () => true,
        (error: unknown) => expect(error).toMatchObject({ message: 'the process was killed here' }),
      );
      const found = await findStageRecord(storage, 'etl', 'k1');
      expect(['absent', 'hit']).toContain(found.kind);
      const record = await publishStage(storage, job);
      expect(record.provenance.jobKey).toBe(job.provenance.jobKey);
      expect(await findStageRecord(storage, 'etl', 'k1')).toEqual({ kind: 'hit', record });
      expect(await latestStageRecord(storage, 'etl')).toEqual(record);
      await storage.remove(finalUri());
      await storage.remove(layout.models(storage));
      if (published === true) break;
      kills++;
    }
    // Provenance and manifest of the model and its move, those of three outputs, the record, the move, the note of the latest.
    expect(kills).toBe(12);
  });
});

test('a stage that is published in the middle of a look-up is not taken for a damaged one', async () => {
  const job = await finishedJob(storage);
  const watched = storageWith(storage, {
    list: async (uri) => {
      if (uri === finalUri() && (await storage.stat(uri)) === undefined) await publishStage(storage, job);
      return storage.list(uri);
    },
  });
  expect(await findStageRecord(watched, 'etl', 'k1')).toMatchObject({ kind: 'hit' });
});

describe('a damaged published stage', () => {
  const damages: readonly (readonly [string, () => Promise<void>])[] = [
    ['a file is gone', () => storage.remove(`${finalUri()}/notes/a/b.txt`)],
    ['a file is shorter', () => truncate(`${pathOfFileUri(finalUri())}/features/split=train/part-1.parquet`, 100)],
    ['a manifest is gone', () => storage.remove(`${finalUri()}/notes/_manifest.json`)],
    ['a manifest is another', () => storage.write(`${finalUri()}/notes/_manifest.json`, '{}')],
    ['the record is cut off', () => storage.write(`${finalUri()}/_stage.json`, '{"version":')],
    ['the record is gone', () => storage.remove(`${finalUri()}/_stage.json`)],
  ];
  test.each(damages)('is told apart and replaced: %s', async (_what, damage) => {
    await publishStage(storage, await finishedJob(storage, 1));
    await damage();
    expect(await findStageRecord(storage, 'etl', 'k1')).toMatchObject({ kind: 'damaged', why: expect.any(String) });
    const record = await publishStage(storage, await finishedJob(storage, 2));
    expect(record.provenance.jobKey).toBe('run/etl-k1-a2');
    expect(await findStageRecord(storage, 'etl', 'k1')).toEqual({ kind: 'hit', record });
    expect(record.output['notes']).toMatchObject({ uri: `${finalUri()}~2/notes` });
    expect(await latestStageRecord(storage, 'etl')).toEqual(record);
  });

  test('of many jobs that find it damaged at once all get the same record', async () => {
    await publishStage(storage, await finishedJob(storage, 0));
    await storage.remove(`${finalUri()}/notes`);
    const jobs = await Promise.all([1, 2, 3, 4, 5, 6].map((attempt) => finishedJob(storage, attempt)));
    const records = await Promise.all(jobs.map((job) => publishStage(storage, job)));
    expect(new Set(records.map((record) => record.provenance.jobKey)).size).toBe(1);
    expect(await findStageRecord(storage, 'etl', 'k1')).toEqual({ kind: 'hit', record: records[0] });
  });

  const modelDamages: readonly (readonly [string, (uri: string) => Promise<void>])[] = [
    ['a file of it is gone', (uri) => storage.remove(`${uri}/model.txt`)],
    ['its manifest is gone', (uri) => storage.remove(`${uri}/_manifest.json`)],
    ['its manifest has changed', (uri) => storage.write(`${uri}/_manifest.json`, EMPTY_ARTIFACT)],
  ];
  test.each(modelDamages)('a stored model is replaced by the same content: %s', async (_what, damage) => {
    const record = await publishStage(storage, await finishedJob(storage, 1));
    const { uri } = record.output['model'] as ModelRef;
    await damage(uri);
    expect(await findStageRecord(storage, 'etl', 'k1')).toMatchObject({
      kind: 'damaged',
      why: expect.stringContaining(uri),
    });
    const again = await publishStage(storage, await finishedJob(storage, 2));
    expect(again.output['model']).toEqual(record.output['model']);
    // So the first record is whole again too.
    expect(await findStageRecord(storage, 'etl', 'k1')).toEqual({ kind: 'hit', record });
    expect(new TextDecoder().decode(await storage.read(`${uri}/model.txt`))).toBe('tree');
  });
});

describe('a job that breaks its contract is not published', () => {
  const train = (result: Result): Extract<JobResult['outputs'][string], { kind: 'dataset' }> => {
    const output = result.outputs['train'];
    if (output?.kind !== 'dataset') throw new Error('train is a dataset');
    return output;
  };
  const change = (result: Result, changes: object): void => {
    result.outputs = { ...result.outputs, train: { ...train(result), ...changes } };
  };
  interface Breach {
    readonly what: string;
    readonly says: RegExp;
    readonly breach: (job: StagePublication, result: Result) => unknown;
  }
  const inTrain = (job: StagePublication, path: string): string =>
    childUri(job.outputUri, `features/split=train/${path}`);
  const breaches: readonly Breach[] = [
    {
      what: 'a listed file is missing',
      says: /features\/split=train\/part-1\.parquet: found no such file, expected 787 bytes/,
      breach: (job) => storage.remove(inTrain(job, 'part-1.parquet')),
    },
    {
      what: 'a file has another size',
      says: /notes\/a\/b\.txt: found 5 bytes, expected 4 bytes/,
      breach: (job) => storage.write(childUri(job.outputUri, 'notes/a/b.txt'), 'other'),
    },
    {
      what: 'a data file is not listed',
      says: /notes\/extra\.bin: found a data file of 3 bytes that _result\.json does not list/,
      breach: (job) => storage.write(childUri(job.outputUri, 'notes/extra.bin'), 'abc'),
    },
    {
      what: 'a folder of data is not listed',
      says: /loose\/part-0\.parquet: found a data file/,
      breach: (job) => leavePeople(storage, job.outputUri, 'loose'),
    },
    {
      what: 'a Parquet file is cut off',
      says: /part-0\.parquet: found it is cut off or is not a Parquet file, expected a whole Parquet file/,
      breach: async (job, result) => {
        await truncate(pathOfFileUri(inTrain(job, 'part-0.parquet')), 400);
        const [first, ...rest] = train(result).files;
        change(result, { files: [{ ...first, bytes: 400 }, ...rest] });
      },
    },
    {
      what: 'a footer has another row count',
      says: /part-0\.parquet: found 3 rows in its footer, expected 4 rows/,
      breach: (_job, result) => {
        const [first, ...rest] = train(result).files;
        change(result, { files: [{ ...first, rows: 4 }, ...rest] });
      },
    },
    {
      what: 'the rows do not add up',
      says: /outputs\.train\.rows: found 6, expected 5, the sum over its files' footers/,
      breach: (_job, result) => change(result, { rows: 6 }),
    },
    {
      what: 'a footer has other columns',
      says: /part-0\.parquet: found columns id, name, expected columns id, age/,
      breach: (_job, result) =>
        change(result, { schema: [train(result).schema[0], { name: 'age', type: 'int64', nullable: true }] }),
    },
    {
      what: 'a dataset has no files',
      says: /outputs\.train\.files: found no files/,
      breach: async (job, result) => {
        await storage.remove(childUri(job.outputUri, 'features'));
        change(result, { rows: 0, files: [] });
      },
    },
    {
      what: 'a file is listed twice',
      says: /part-0\.parquet: found listed twice/,
      breach: (_job, result) => change(result, { files: [...train(result).files, train(result).files[0]] }),
    },
    {
      what: 'rows in are not rows out and rejected',
      says: /rowsIn: found 8, expected rowsOut \+ rowsRejected = 7/,
      breach: (_job, result) => void (result.rowsIn = 8),
    },
    {
      what: 'an output steps out of the folder',
      says: /outputs\.train\.path: found "\.\.\/elsewhere"/,
      breach: (_job, result) => change(result, { path: '../elsewhere' }),
    },
    {
      what: 'an output is the whole folder',
      says: /outputs\.train\.path: found ""/,
      breach: (_job, result) => change(result, { path: '' }),
    },
    {
      what: 'an output lies inside another',
      says: /outputs\.inner\.path: found "notes\/a", expected a folder of its own, apart from "notes"/,
      breach: (_job, result) => {
        result.outputs = { ...result.outputs, inner: { kind: 'artifact', path: 'notes/a', files: [] } };
      },
    },
    {
      what: 'a value has the name of an output',
      says: /outputs\.top_people: found "topPeople" given twice/,
      breach: (_job, result) => void (result.values = { topPeople: 1 }),
    },
    {
      what: "a model's file is not the one that was hashed",
      says: /model\/model\.txt: found sha256 .*, expected sha256/,
      breach: (job) => storage.write(childUri(job.outputUri, 'model/model.txt'), 'eert'),
    },
  ];
  test.each(breaches)('$what', async ({ says, breach }) => {
    const job = await finishedJob(storage);
    const result: Result = { ...job.result };
    await breach(job, result);
    await expect(publishStage(storage, { ...job, result })).rejects.toMatchObject({
      code: 'CONTRACT_BROKEN',
      message: expect.stringMatching(says),
    });
    expect(await findStageRecord(storage, 'etl', 'k1')).toEqual({ kind: 'absent' });
  });
});
