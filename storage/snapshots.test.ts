import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryStorage, type TemporaryStorage } from '../test/contracts/temporary-storage.js';
import { parquetFixture } from '../test/fixtures/parquet/parquet-fixture.js';
import { importPath } from './import.js';
import { findProvenance } from './provenance.js';
import { findDataset, readManifest } from './snapshots.js';

let temporary: TemporaryStorage;
let storage: TemporaryStorage['storage'];
beforeEach(async () => {
  temporary = await temporaryStorage();
  storage = temporary.storage;
});
afterEach(() => temporary.close());

const people = (): Promise<{ readonly uri: string }> => importPath(storage, parquetFixture('people-1.parquet'));

test('a dataset is found by its URI, with or without a slash at the end', async () => {
  const ref = await people();
  expect(await findDataset(storage, ref.uri)).toEqual(ref);
  expect(await findDataset(storage, `${ref.uri}/`)).toEqual(ref);
});

test('a place where nothing is published says how to get data in', async () => {
  const uri = `${storage.root}/nothing`;
  await expect(readManifest(storage, uri)).rejects.toMatchObject({
    code: 'WRONG_INPUT',
    message: `no published snapshot at ${uri}; import it with: npx tempered import PATH`,
  });
});

test.each([
  { what: 'is no JSON', manifest: '{"version"', says: /it is not JSON/ },
  { what: 'lacks a field', manifest: '{"version":1}', says: /files/ },
])('a manifest that $what is refused', async ({ manifest, says }) => {
  const uri = `${storage.root}/snapshot`;
  await storage.write(`${uri}/_manifest.json`, manifest);
  await expect(readManifest(storage, uri)).rejects.toMatchObject({
    code: 'INVALID_DATA',
    message: expect.stringMatching(says),
  });
});

test('a dataset whose file has changed size names the file and both sizes', async () => {
  const { uri } = await people();
  await storage.write(`${uri}/people-1.parquet`, 'short');
  await expect(findDataset(storage, uri)).rejects.toMatchObject({
    code: 'INVALID_DATA',
    message: `${uri}/people-1.parquet is damaged: found 5 bytes, expected 770 bytes`,
  });
});

test.each([
  { what: 'gone', act: (uri: string) => storage.remove(uri) },
  { what: 'garbage', act: (uri: string) => storage.write(uri, '{"stage":') },
])('a dataset whose provenance is $what is read as before', async ({ act }) => {
  const ref = await people();
  await act(`${ref.uri}/_provenance.json`);
  expect(await findDataset(storage, ref.uri)).toEqual(ref);
  expect(await findProvenance(storage, ref.uri)).toBeUndefined();
});

test('an artifact is not a dataset', async () => {
  const path = join(temporary.folder, 'notes.txt');
  await writeFile(path, 'note');
  const { uri } = await importPath(storage, path);
  await expect(findDataset(storage, uri)).rejects.toMatchObject({
    code: 'WRONG_INPUT',
    message: expect.stringContaining('kind artifact'),
  });
});

test('a dataset outside the root is refused', async () => {
  await expect(findDataset(storage, 'file:///etc')).rejects.toMatchObject({ code: 'WRONG_INPUT' });
});
