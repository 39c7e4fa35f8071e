import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { parquetFixture } from '../test/fixtures/parquet/parquet-fixture.js';
import { readFooter } from './parquet-footer.js';
import { parquetColumns } from './parquet-schema.js';
import type { RandomAccess } from './storage.js';

async function inMemory(name: string, bytes?: number): Promise<RandomAccess> {
  const content = new Uint8Array(await readFile(parquetFixture(name))).slice(0, bytes);
  return { byteLength: content.length, slice: (start, end) => Promise.resolve(content.slice(start, end).buffer) };
}

test('every column has the type that PyArrow prints for it', async () => {
  const footer = await readFooter(await inMemory('types.parquet'));
  if (footer.kind === 'broken') throw new Error(footer.why);
  const columns = parquetColumns(footer.metadata);
  const expected: unknown = JSON.parse(await readFile(parquetFixture('types.json'), 'utf8'));
  // PyArrow's own name for the entry of a list is "item", in the file it is "element", as the Parquet specification has it.
  const renamed = columns.map((column) => ({ ...column, type: column.type.replace('list<element:', 'list<item:') }));
  expect(renamed).toEqual(expected);
});

test('a file that is cut off anywhere is broken, never an exception', async () => {
  const { byteLength } = await inMemory('people-1.parquet');
  for (let bytes = 0; bytes < byteLength; bytes++) {
    expect(await readFooter(await inMemory('people-1.parquet', bytes))).toMatchObject({ kind: 'broken' });
  }
  expect(await readFooter(await inMemory('people-1.parquet'))).toMatchObject({ kind: 'footer', rows: 3 });
});
