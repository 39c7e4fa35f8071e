import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ModelRef } from '../../../contracts/refs.js';
import { layout } from '../../../storage/layout.js';
import { storeModel } from '../../../storage/store-model.js';
import { temporaryStorage, type TemporaryStorage } from '../../../test/contracts/temporary-storage.js';
import { leaveFile } from '../../../test/fixtures/finished-job.js';
import { packModel } from './model-archive.js';

const MIB = 2 ** 20;

let place: TemporaryStorage;
beforeEach(async () => {
  place = await temporaryStorage();
});
afterEach(() => place.close());

async function modelOf(bytes: number): Promise<ModelRef> {
  const { storage } = place;
  const stagedUri = layout.work(storage, 'run/store/model');
  const files = [
    await leaveFile(storage, stagedUri, { path: 'model.json', content: '{}' }),
    await leaveFile(storage, stagedUri, { path: 'model.txt', content: 'x'.repeat(bytes) }),
  ];
  const made = { stage: 'store', stageKey: 'k', workflowId: 'w', runId: 'r', jobKey: 'j', inputs: {} };
  const provenance = { ...made, publishedAt: '2026-01-01T00:00:00.000Z' };
  return storeModel(storage, { name: 'salary', files, candidateSha256: 'c'.repeat(64), stagedUri, provenance });
}

test('a large model is packed piece by piece, each one told; once it is there nothing is done again', async () => {
  const { storage } = place;
  const model = await modelOf(33 * MIB);
  const archiveUri = `${layout.work(storage, 'run/predict')}/model.tar.gz`;
  let told = 0;
  const packing = { storage, model, archiveUri, alive: () => (told += 1) };
  await packModel(packing);
  expect(told).toBeGreaterThanOrEqual(1 + 5 + 1); // the card, pieces of 8 MiB, and the copy of the archive
  const names = execFileSync('tar', ['-tzf', fileURLToPath(archiveUri)], { encoding: 'utf8' });
  expect(names.trimEnd().split('\n')).toEqual(['model.json', 'model.txt']);
  told = 0;
  await packModel(packing);
  expect(told).toBe(0);
});
