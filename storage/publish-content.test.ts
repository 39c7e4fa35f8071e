import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { storageWith } from '../test/fixtures/storage-with.js';
import { finishedJob, leaveFile } from '../test/fixtures/finished-job.js';
import { temporaryStorage, type TemporaryStorage } from '../test/contracts/temporary-storage.js';
import { layout } from './layout.js';
import { manifestOf } from './manifest.js';
import { findProvenance } from './provenance.js';
import { publishContent, type StagedContent } from './publish-content.js';
import { findReferenceDamage } from './snapshots.js';

let temporary: TemporaryStorage;
let storage: TemporaryStorage['storage'];
beforeEach(async () => {
  temporary = await temporaryStorage();
  storage = temporary.storage;
});
afterEach(() => temporary.close());

/** The same content every time, staged and described by different runs. */
async function stage(run: string): Promise<StagedContent> {
  const stagedUri = layout.work(storage, `${run}/notes`);
  const files = [await leaveFile(storage, stagedUri, { path: 'note.txt', content: 'note' })];
  const { provenance } = await finishedJob(storage);
  return {
    stagedUri,
    parentUri: layout.importsOf(storage, 'notes'),
    manifest: manifestOf({ kind: 'artifact', dataset: 'notes', files }),
    provenance: { ...provenance, workflowId: run },
  };
}

const asideCopies = async (): Promise<number> => (await storage.list(`${storage.root}/_damaged/imports/notes`)).length;

test('of the same content the first stays, with its provenance, and nothing staged is left', async () => {
  const first = await publishContent(storage, await stage('first'));
  const second = await stage('second');
  expect(await publishContent(storage, second)).toEqual(first);
  expect((await findProvenance(storage, first.uri))?.workflowId).toBe('first');
  expect(await storage.stat(second.stagedUri)).toBeUndefined();
});

test('content that another run mended between the look and the move is put back', async () => {
  const { uri } = await publishContent(storage, await stage('first'));
  await storage.remove(`${uri}/note.txt`);
  let isFirst = true;
  const slow = storageWith(storage, {
    publish: async (from, to) => {
      if (isFirst) {
        isFirst = false;
        await publishContent(storage, await stage('faster'));
      }
      return storage.publish(from, to);
    },
  });
  const snapshot = await publishContent(slow, await stage('slow'));
  expect(await findReferenceDamage(storage, snapshot)).toBeUndefined();
  expect((await findProvenance(storage, uri))?.workflowId).toBe('faster');
  expect(await asideCopies()).toBe(1);
});

test('many that find content damaged at once leave it whole, and the damaged one aside', async () => {
  const { uri } = await publishContent(storage, await stage('first'));
  await storage.remove(`${uri}/note.txt`);
  const staged = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(stage));
  const snapshots = await Promise.all(staged.map((content) => publishContent(storage, content)));
  for (const snapshot of snapshots) expect(await findReferenceDamage(storage, snapshot)).toBeUndefined();
  expect(await asideCopies()).toBe(1);
});

test('content that was never staged is an error that names its place', async () => {
  const content = await stage('first');
  await storage.remove(content.stagedUri);
  await expect(publishContent(storage, content)).rejects.toMatchObject({
    code: 'WRONG_INPUT',
    message: expect.stringContaining(content.parentUri),
  });
});
