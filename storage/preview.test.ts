import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdir, writeFile, cp } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryStorage, type TemporaryStorage } from '../test/contracts/temporary-storage.js';
import { PEOPLE } from '../test/fixtures/finished-job.js';
import { parquetFixture } from '../test/fixtures/parquet/parquet-fixture.js';
import { importPath } from './import.js';
import { parseCsv } from './preview-csv.js';
import { preview } from './preview.js';
import { findProvenance } from './provenance.js';

let temporary: TemporaryStorage;
let storage: TemporaryStorage['storage'];
beforeEach(async () => {
  temporary = await temporaryStorage();
  storage = temporary.storage;
});
afterEach(() => temporary.close());

const importOf = async (fixture: string): Promise<string> => (await importPath(storage, parquetFixture(fixture))).uri;

test('a dataset shows schema, counts and first rows, over more than one file if need be', async () => {
  const source = join(temporary.folder, 'source');
  await mkdir(source);
  for (const name of ['people-1.parquet', 'people-2.parquet', 'people-none.parquet']) {
    await cp(parquetFixture(name), join(source, `${name === 'people-none.parquet' ? 'a' : 'b'}-${name}`));
  }
  const { uri } = await importPath(storage, source);
  expect(await preview(storage, uri, 4)).toEqual({
    uri,
    kind: 'dataset',
    schema: PEOPLE,
    rows: 5,
    bytes: 770 + 787 + 475,
    files: [
      { path: 'a-people-none.parquet', bytes: 475, rows: 0 },
      { path: 'b-people-1.parquet', bytes: 770, rows: 3 },
      { path: 'b-people-2.parquet', bytes: 787, rows: 2 },
    ],
    head: [1, 2, 3, 4].map((id) => ({ id, name: `person ${id}` })),
    provenance: await findProvenance(storage, uri),
  });
  await storage.write(`${uri}/_provenance.json`, 'garbage');
  expect(await preview(storage, uri, 4)).toMatchObject({ rows: 5, provenance: null });
  expect((await preview(storage, uri, 0)).head).toEqual([]);
});

test('a single file inside a snapshot can be shown', async () => {
  const uri = `${await importOf('people-2.parquet')}/people-2.parquet`;
  expect(await preview(storage, uri, 1)).toMatchObject({
    uri,
    kind: 'file',
    rows: 2,
    head: [{ id: 4, name: 'person 4' }],
    provenance: null,
  });
});

test('every type is shown as JSON that loses nothing', async () => {
  const { head } = await preview(storage, await importOf('types.parquet'), 10);
  expect(JSON.parse(JSON.stringify(head))).toEqual(head);
  expect(head[0]).toEqual({
    bool: true,
    int8: 1,
    uint32: 1,
    int32: 1,
    int64: 1,
    float: 0.5,
    double: 0.1,
    string: 'a',
    binary: '00ff',
    fixed: '00ff',
    decimal: 1.25,
    date: '2020-06-30',
    time: 3723000000,
    ms: '2020-06-30T12:34:56.123',
    us: '2020-06-30T12:34:56.123456',
    ns: '2020-06-30T12:34:56.123456000',
    utc: '2020-06-30T12:34:56.123456Z',
    list: [1, 2],
    struct: { a: 1, b: 'x' },
    map: { k: 1 },
    required: 1,
  });
  expect(Object.values(head[1] ?? {}).filter((value) => value !== null)).toEqual([2]);
  expect(head[2]).toMatchObject({
    uint32: 4_000_000_000,
    int64: '9007199254740993',
    double: 'NaN',
    string: 'Zoë, 50%',
    date: '1969-12-31',
    ms: '1969-12-31T23:59:59',
    us: '1969-12-31T23:59:59.999999',
    utc: '1969-12-31T23:59:59.999999Z',
  });
});

test.each(['types.arrow', 'types.arrows'])('Arrow IPC is shown like Parquet: %s', async (fixture) => {
  const shown = await preview(storage, await importOf(fixture), 2);
  expect(shown.rows).toBe(3);
  expect(shown.schema.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'int64 int64',
    'double double',
    'string string',
    'date date32[day]',
    'us timestamp[us]',
    'utc timestamp[us, tz=UTC]',
  ]);
  const [first, second] = shown.head;
  expect(first).toEqual({
    int64: 1,
    double: 0.1,
    string: 'a',
    date: '2020-06-30',
    us: '2020-06-30T12:34:56.123456',
    utc: '2020-06-30T12:34:56.123456Z',
  });
  expect(Object.values(second ?? {})).toEqual([null, null, null, null, null, null]);
  expect(shown.head).toHaveLength(2);
});

test('a CSV shows its first records as text', async () => {
  const path = join(temporary.folder, 'people.csv');
  await writeFile(path, 'Name,Note\r\n"Ann ""A"", B","two\nlines"\r\nBob,\r\n');
  const { uri } = await importPath(storage, path);
  expect(await preview(storage, uri, 5)).toMatchObject({
    kind: 'artifact',
    rows: 2,
    schema: [{ name: 'Name' }, { name: 'Note' }],
    head: [
      { Name: 'Ann "A", B', Note: 'two\nlines' },
      { Name: 'Bob', Note: '' },
    ],
  });
});

test('a large CSV is not read to its end, so its rows are not counted', async () => {
  const path = join(temporary.folder, 'large.csv');
  await writeFile(path, `id\n${'1234567890\n'.repeat(100_000)}`);
  const { uri } = await importPath(storage, path);
  expect(await preview(storage, uri, 2)).toMatchObject({
    rows: null,
    head: [{ id: '1234567890' }, { id: '1234567890' }],
  });
});

test.each([
  { text: '', isWhole: true, records: [] },
  { text: 'a', isWhole: true, records: [['a']] },
  { text: 'a,', isWhole: true, records: [['a', '']] },
  {
    text: 'a,b\n\n,c\n',
    isWhole: true,
    records: [
      ['a', 'b'],
      ['', 'c'],
    ],
  },
  { text: '\uFEFFa\rb', isWhole: true, records: [['a'], ['b']] },
  { text: 'a,b\n1,cut o', isWhole: false, records: [['a', 'b']] },
  { text: 'a\n"cut ""o', isWhole: false, records: [['a']] },
  { text: '""\n', isWhole: true, records: [] },
])('the records of $text', ({ text, isWhole, records }) => expect(parseCsv(text, isWhole)).toEqual(records));

test('a snapshot of other files shows what it holds', async () => {
  const path = join(temporary.folder, 'notes.txt');
  await writeFile(path, 'note');
  const { uri } = await importPath(storage, path);
  expect(await preview(storage, uri, 5)).toMatchObject({
    rows: null,
    schema: [],
    head: [],
    files: [{ path: 'notes.txt', bytes: 4 }],
  });
});

test('a file that is not what its name says is named', async () => {
  const uri = `${storage.root}/file`;
  for (const [name, content] of [
    ['a.parquet', 'PAR1 not really PAR1'],
    ['a.arrow', 'ARROW1 and then something else'],
    ['b.arrow', ''],
  ] as const) {
    await storage.write(`${uri}/${name}`, content);
    await expect(preview(storage, `${uri}/${name}`, 1)).rejects.toMatchObject({
      code: 'INVALID_DATA',
      message: expect.stringContaining(name),
    });
  }
});

test('a place where nothing is published says how to get data in', async () => {
  await expect(preview(storage, `${storage.root}/nothing`, 1)).rejects.toMatchObject({ code: 'WRONG_INPUT' });
});
