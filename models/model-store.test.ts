import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { temporaryStorage, type TemporaryStorage } from '../test/contracts/temporary-storage.js';
import { leaveFile } from '../test/fixtures/finished-job.js';
import type { ModelRef } from '../contracts/refs.js';
import { sha256Of } from '../storage/content-hash.js';
import { layout } from '../storage/layout.js';
import { storeModel } from '../storage/store-model.js';
import { findModel, listModels, loadModel, promote, verifyModel } from './model-store.js';

let temporary: TemporaryStorage;
let storage: TemporaryStorage['storage'];
beforeEach(async () => {
  temporary = await temporaryStorage();
  storage = temporary.storage;
});
afterEach(() => temporary.close());

async function store(content: string, name = 'salary', day = 1): Promise<ModelRef> {
  const stagedUri = layout.work(storage, `run/store-${content}/model`);
  const files = [
    await leaveFile(storage, stagedUri, { path: 'model.json', content: '{}' }),
    await leaveFile(storage, stagedUri, { path: 'model.txt', content }),
  ];
  const publishedAt = `2026-01-0${day}T00:00:00.000Z`;
  const provenance = {
    stage: 'store',
    stageKey: 'k',
    workflowId: 'w',
    runId: 'r',
    jobKey: 'j',
    inputs: {},
    publishedAt,
  };
  return storeModel(storage, { name, files, candidateSha256: 'c'.repeat(64), stagedUri, provenance });
}

const BY = { by: 'run-1', at: '2026-01-01T00:00:00.000Z' };

describe('the model store', () => {
  test('names a model by the hash of its manifest, which anybody can compute', async () => {
    const ref = await store('tree');
    const sha256 = sha256Of(await storage.read(`${ref.uri}/_manifest.json`));
    const uri = `${storage.root}/models/salary/${sha256}`;
    expect(ref).toEqual({ kind: 'model', name: 'salary', uri, sha256, candidateSha256: 'c'.repeat(64) });
    expect((await store('other')).sha256).not.toBe(sha256);
    expect((await store('tree', 'pension')).sha256).not.toBe(sha256);
  });

  test('lists a model whose provenance was lost last, and nothing else of it changes', async () => {
    const [lost, kept] = [await store('lost', 'salary', 2), await store('kept', 'salary', 1)];
    await storage.write(`${lost.uri}/_provenance.json`, '{"stage":');
    expect(await listModels(storage, 'salary')).toMatchObject([
      { ref: kept, publishedAt: '2026-01-01T00:00:00.000Z' },
      { ref: lost, publishedAt: null },
    ]);
    await expect(verifyModel(storage, lost)).resolves.toBeUndefined();
  });

  test('keeps equal content once', async () => {
    const first = await store('tree', 'salary', 1);
    expect(await store('tree', 'salary', 2)).toEqual(first);
    expect(await listModels(storage, 'salary')).toMatchObject([{ publishedAt: '2026-01-01T00:00:00.000Z' }]);
  });

  test('finds a model by alias and by hash', async () => {
    const ref = await store('tree');
    expect(await findModel(storage, 'salary', 'champion')).toBeUndefined();
    expect(await findModel(storage, 'salary', ref.sha256)).toEqual(ref);
    await promote(storage, ref, BY);
    expect(await findModel(storage, 'salary', 'champion')).toEqual(ref);
    expect(await loadModel(storage, 'salary', 'champion')).toEqual(ref);
  });

  test('lists models by name and newest first, with their aliases', async () => {
    const [old, recent, other] = [
      await store('old', 'salary', 1),
      await store('new', 'salary', 2),
      await store('x', 'other'),
    ];
    await promote(storage, old, BY);
    expect((await listModels(storage)).map(({ ref, aliases }) => [ref, aliases])).toEqual([
      [other, []],
      [recent, []],
      [old, ['champion']],
    ]);
  });

  test('says what there is when a model or version is not', async () => {
    await expect(loadModel(storage, 'salary', 'champion')).rejects.toMatchObject({
      code: 'WRONG_INPUT',
      message: 'there is no model "salary"; the store is empty; run: npx start-workflow salary',
    });
    const ref = await store('tree');
    await promote(storage, ref, BY);
    await expect(loadModel(storage, 'celery', 'champion')).rejects.toMatchObject({
      message: 'there is no model "celery"; there is: salary',
    });
    await expect(loadModel(storage, 'salary', 'challenger')).rejects.toMatchObject({
      message: `model salary has no version or alias "challenger"; there is: champion, ${ref.sha256}`,
      details: { field: 'version' },
    });
  });

  test.each([
    {
      damage: 'a file is gone',
      act: (uri: string) => storage.remove(`${uri}/model.txt`),
      says: /model\.txt is damaged: found no such file/,
    },
    {
      damage: 'a byte is changed',
      act: (uri: string) => storage.write(`${uri}/model.txt`, 'treE'),
      says: /model\.txt: found sha256/,
    },
    {
      damage: 'its manifest is gone',
      act: (uri: string) => storage.remove(`${uri}/_manifest.json`),
      says: /has no manifest/,
    },
    {
      damage: 'its manifest lists other files',
      act: async (uri: string) => {
        const text = new TextDecoder().decode(await storage.read(`${uri}/_manifest.json`));
        await storage.write(`${uri}/_manifest.json`, text.replace(sha256Of('tree'), sha256Of('treE')));
        await storage.write(`${uri}/model.txt`, 'treE');
      },
      says: /the manifest of .* has changed/,
    },
  ])('notices that $damage', async ({ act, says }) => {
    const ref = await store('tree');
    await expect(verifyModel(storage, ref)).resolves.toBeUndefined();
    await act(ref.uri);
    const expected = { code: 'INVALID_DATA', message: expect.stringMatching(says) };
    await expect(verifyModel(storage, ref)).rejects.toMatchObject(expected);
    // By its hash a version without manifest is not found at all; any other damage is noticed there too.
    const found = await findModel(storage, 'salary', ref.sha256);
    expect([undefined, ref]).toContainEqual(found);
    if (found !== undefined) await expect(loadModel(storage, 'salary', ref.sha256)).rejects.toMatchObject(expected);
  });
});
