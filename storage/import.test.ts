import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cp, mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryStorage, type TemporaryStorage } from '../test/contracts/temporary-storage.js';
import { PEOPLE } from '../test/fixtures/finished-job.js';
import { parquetFixture } from '../test/fixtures/parquet/parquet-fixture.js';
import { importPath } from './import.js';
import { findProvenance } from './provenance.js';
import { readManifest } from './snapshots.js';

let temporary: TemporaryStorage;
let storage: TemporaryStorage['storage'];
let source: string;
beforeEach(async () => {
  temporary = await temporaryStorage();
  storage = temporary.storage;
  source = join(temporary.folder, 'Employees 2024');
  await mkdir(source);
});
afterEach(async () => {
  const halfDone = await storage.list(`${storage.root}/_work/import`);
  await temporary.close();
  // Whatever happened, nothing half-done is left.
  expect(halfDone).toEqual([]);
});

const add = (fixture: string, path: string): Promise<void> => cp(parquetFixture(fixture), join(source, path));

describe('an import', () => {
  test('of a Parquet folder is a dataset with schema and rows from the footers', async () => {
    await add('people-1.parquet', 'part-0.parquet');
    await mkdir(join(source, 'more'));
    await add('people-2.parquet', 'more/part 1.parquet');
    await writeFile(join(source, '_SUCCESS'), '');
    await writeFile(join(source, '.hidden'), '');
    const ref = await importPath(storage, source);
    expect(ref).toMatchObject({ kind: 'dataset', rows: 5, bytes: 770 + 787 });
    expect(ref.uri).toMatch(/\/imports\/employees-2024\/[0-9a-f]{64}$/);
    expect(await readManifest(storage, ref.uri)).toMatchObject({
      kind: 'dataset',
      dataset: 'employees-2024',
      schema: PEOPLE,
      files: [
        { path: 'more/part 1.parquet', rows: 2 },
        { path: 'part-0.parquet', rows: 3 },
      ],
    });
    expect(await findProvenance(storage, ref.uri)).toMatchObject({ stage: 'import', jobKey: 'import/employees-2024' });
  });

  test('of other files is an artifact', async () => {
    await writeFile(join(source, 'a.csv'), 'a,b\n1,2\n');
    expect(await importPath(storage, join(source, 'a.csv'), { name: 'table' })).toMatchObject({
      kind: 'artifact',
      bytes: 8,
      uri: expect.stringContaining('/imports/table/'),
    });
  });

  test('of the same content is the same snapshot, of other content another', async () => {
    await add('people-1.parquet', 'part-0.parquet');
    const first = await importPath(storage, source);
    expect(await importPath(storage, source)).toEqual(first);
    const both = await Promise.all([1, 2, 3].map(() => importPath(storage, source, { name: 'other' })));
    expect(new Set(both.map((ref) => ref.uri)).size).toBe(1);
    await add('people-2.parquet', 'part-0.parquet');
    expect((await importPath(storage, source)).uri).not.toBe(first.uri);
  });

  test('of content that was damaged since is whole again', async () => {
    await add('people-1.parquet', 'part-0.parquet');
    const { uri } = await importPath(storage, source);
    await storage.remove(`${uri}/part-0.parquet`);
    expect((await importPath(storage, source)).uri).toBe(uri);
    const original = await readFile(parquetFixture('people-1.parquet'));
    expect(original.equals(await storage.read(`${uri}/part-0.parquet`))).toBe(true);
  });

  test('follows a link to a file and refuses one to a folder', async () => {
    await symlink(parquetFixture('people-1.parquet'), join(source, 'part-0.parquet'));
    expect(await importPath(storage, source)).toMatchObject({ rows: 3 });
    await symlink(source, join(source, 'circle'));
    await expect(importPath(storage, source)).rejects.toMatchObject({
      code: 'WRONG_INPUT',
      message: expect.stringContaining('circle'),
    });
  });

  test('of a table without rows is a dataset without rows', async () => {
    expect(await importPath(storage, parquetFixture('people-none.parquet'))).toMatchObject({
      kind: 'dataset',
      rows: 0,
    });
  });
});

describe('a wrong import names what is wrong:', () => {
  const wrong: readonly { what: string; code: string; says: RegExp; make: () => Promise<unknown>; path?: string }[] = [
    {
      what: 'a path where nothing is',
      code: 'WRONG_INPUT',
      says: /cannot import .*absent: there is nothing/,
      make: () => Promise.resolve(),
      path: 'absent',
    },
    {
      what: 'an empty folder',
      code: 'WRONG_INPUT',
      says: /the folder holds no files/,
      make: () => writeFile(join(source, '_a'), ''),
    },
    {
      what: 'a truncated Parquet file',
      code: 'INVALID_DATA',
      says: /cannot import b\.parquet: found it is cut off/,
      make: async () => {
        await add('people-1.parquet', 'a.parquet');
        await add('people-2.parquet', 'b.parquet');
        await truncate(join(source, 'b.parquet'), 700);
      },
    },
    {
      what: 'files with different columns',
      code: 'INVALID_DATA',
      says: /cannot import b\.parquet: found columns id int32, expected those of a\.parquet: id int64, name string/,
      make: async () => {
        await add('people-1.parquet', 'a.parquet');
        await add('other-columns.parquet', 'b.parquet');
      },
    },
    {
      what: 'Parquet mixed with other files',
      code: 'WRONG_INPUT',
      says: /mixes Parquet and other files, as notes\.txt/,
      make: async () => {
        await add('people-1.parquet', 'a.parquet');
        await writeFile(join(source, 'notes.txt'), 'x');
      },
    },
  ];
  test.each(wrong)('$what', async ({ code, says, make, path }) => {
    await make();
    const target = path === undefined ? source : join(source, path);
    await expect(importPath(storage, target)).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
    expect(await storage.list(`${storage.root}/imports`)).toEqual([]);
  });

  test('a name that cannot be a folder', async () => {
    await add('people-1.parquet', 'a.parquet');
    await expect(importPath(storage, source, { name: '../x' })).rejects.toMatchObject({ code: 'WRONG_INPUT' });
  });
});
