import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ModelRef } from '../contracts/refs.js';
import { layout } from '../storage/layout.js';
import { storeModel } from '../storage/store-model.js';
import { temporaryStorage, type TemporaryStorage } from '../test/contracts/temporary-storage.js';
import { leaveFile } from '../test/fixtures/finished-job.js';
import { chooseVersion, newestVersion } from './choose-version.js';
import { CHAMPION, findAlias } from './model-alias.js';
import { findModel, promote } from './model-store.js';
import { rollBack, versionsBefore } from './rollback.js';

const BY = { by: 'ana', at: '2026-01-01T00:00:00.000Z' };

describe('where an alias would go back to', () => {
  test.each([
    { moves: 'a', before: '' },
    { moves: 'ab', before: 'a' },
    { moves: 'abc', before: 'ba' },
    { moves: 'aba', before: '' }, // b was taken back
    { moves: 'abcb', before: 'a' },
    { moves: 'abcba', before: '' },
    { moves: 'abad', before: 'a' },
    { moves: 'abca', before: 'cba' }, // a was promoted again
    { moves: 'abcac', before: 'ba' },
  ])('after $moves it is "$before"', ({ moves, before }) => {
    const history = moves.split('').map((sha256) => ({ sha256 }));
    expect(versionsBefore(history).join('')).toBe(before);
  });
});

describe('versions of a stored model', () => {
  let temporary: TemporaryStorage;
  let storage: TemporaryStorage['storage'];
  beforeEach(async () => {
    temporary = await temporaryStorage();
    storage = temporary.storage;
  });
  afterEach(() => temporary.close());

  async function store(content: string, day = 1): Promise<ModelRef> {
    const stagedUri = layout.work(storage, `run/store-${content}/model`);
    const files = [await leaveFile(storage, stagedUri, { path: 'model.txt', content })];
    const publishedAt = `2026-01-0${String(day)}T00:00:00.000Z`;
    const made = { stage: 'store', stageKey: 'k', workflowId: 'w', runId: 'r', jobKey: 'j', inputs: {} };
    const provenance = { ...made, publishedAt };
    return storeModel(storage, { name: 'salary', files, candidateSha256: 'c'.repeat(64), stagedUri, provenance });
  }

  test('are rolled back one by one, and then there is nothing left', async () => {
    const [one, two, three] = [await store('1'), await store('2'), await store('3')];
    for (const model of [one, two, three]) await promote(storage, model, BY);
    await expect(rollBack(storage, 'salary', BY)).resolves.toMatchObject({ model: two, from: three.sha256 });
    await expect(rollBack(storage, 'salary', BY)).resolves.toMatchObject({ model: one, outcome: { kind: 'moved' } });
    expect(await findModel(storage, 'salary', CHAMPION)).toEqual(one);
    await expect(rollBack(storage, 'salary', BY)).rejects.toMatchObject({
      code: 'WRONG_INPUT',
      message: `model salary has nothing to roll back to: no other champion was before ${one.sha256}`,
    });
    expect((await findAlias(storage, { name: 'salary', alias: CHAMPION }))?.history).toHaveLength(5);
  });

  test('that are damaged are not rolled back to', async () => {
    const [one, two] = [await store('1'), await store('2')];
    for (const model of [one, two]) await promote(storage, model, BY);
    await storage.write(`${one.uri}/model.txt`, 'other');
    await expect(rollBack(storage, 'salary', BY)).rejects.toMatchObject({ code: 'INVALID_DATA' });
    expect(await findModel(storage, 'salary', CHAMPION)).toEqual(two);
  });

  test('without a champion cannot be rolled back, and an unknown model is named', async () => {
    await expect(rollBack(storage, 'salary', BY)).rejects.toThrow('there is no model "salary"; the store is empty');
    const only = await store('1');
    await expect(rollBack(storage, 'salary', BY)).rejects.toThrow(
      `model salary has no version or alias "champion"; there is: ${only.sha256}`,
    );
    await expect(rollBack(storage, 'pay', BY)).rejects.toThrow('there is no model "pay"; there is: salary');
  });

  test('are named by alias, by hash and by the beginning of it, the newest without a name', async () => {
    const [old, recent] = [await store('1', 1), await store('2', 2)];
    await promote(storage, old, BY);
    expect(await chooseVersion(storage, 'salary', 'champion')).toEqual(old);
    expect(await chooseVersion(storage, 'salary', recent.sha256.slice(0, 12))).toEqual(recent);
    expect(await newestVersion(storage, 'salary')).toEqual(recent);
    await expect(chooseVersion(storage, 'salary', '0000')).rejects.toThrow(
      `model salary has no version or alias "0000"; there is: champion, ${[old, recent]
        .map(({ sha256 }) => sha256)
        .sort()
        .join(', ')}`,
    );
  });
});
