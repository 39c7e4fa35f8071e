import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { employeeTable, writeParquet } from '../harness/parquet.js';
import { type Ended, type TestPlatform, openTestPlatform } from '../harness/platform.js';

/** One platform for all: wrong inputs leave nothing behind. */
let platform: TestPlatform;
let close: () => Promise<void> = () => Promise.resolve();

beforeAll(async () => {
  ({ platform, close } = await openTestPlatform({}));
}, 120_000);
afterAll(() => close(), 60_000);

function failureOf({ stdout }: Ended): { readonly code: string; readonly message: string; readonly field?: string } {
  const document = JSON.parse(stdout) as { readonly failure: { readonly code: string; readonly message: string } };
  return document.failure;
}

describe('start-workflow refuses', () => {
  test.each([
    { what: 'an unknown field', args: ['salary', '--set', 'trails=5'], says: ['trails', 'trials'] },
    { what: 'a wrong type', args: ['salary', '--set', 'rows=many'], says: ['rows', 'many'] },
    { what: 'rows = 0', args: ['salary', '--set', 'rows=0'], says: ['rows', '0'] },
    { what: 'negative rows', args: ['salary', '--set', 'rows=-5'], says: ['rows', '-5'] },
    { what: 'rows = 10^12', args: ['salary', '--set', 'rows=1000000000000'], says: ['rows', '1000000000000'] },
    { what: 'an unknown choice', args: ['salary', '--set', 'search=optun'], says: ['search', 'optuna'] },
    { what: 'a date that is none', args: ['salary', '--set', 'dataDate=2026-02-30'], says: ['dataDate'] },
    { what: 'an unknown pipeline', args: ['salery'], says: ['salery', 'salary'] },
    {
      what: 'an input file that is absent',
      args: ['salary', '--input', '/no/such/file.json'],
      says: ['/no/such/file.json'],
    },
  ])('$what, within seconds, with exit code 2 and the field named', async ({ args, says }) => {
    const ended = await platform.startWorkflow(...args, '--json');
    expect(ended.code).toBe(2);
    const { code, message } = failureOf(ended);
    expect(code).toBe('WRONG_INPUT');
    for (const text of says) expect(message).toContain(text);
  });

  test('an input file that is not JSON, with the place of the mistake', async () => {
    const file = join(platform.folder, 'wrong.json');
    await writeFile(file, '{\n  "rows": 10,\n}\n');
    const ended = await platform.startWorkflow('salary', '--input', file, '--json');
    expect(ended.code).toBe(2);
    expect(failureOf(ended).message).toMatch(/wrong\.json.*(line 3|3:)/s);
  });
});

describe('a run with wrong data fails before any job is paid for', () => {
  test.each([
    { what: 'a column is missing', table: employeeTable({ salary: null }), says: ['raw', 'salary'] },
    {
      what: 'a column has another type',
      table: employeeTable({ age: 'pa.array(["a", "b", "c", "d"])' }),
      says: ['raw', 'age', 'string', 'int64'],
    },
    { what: 'there are no rows', table: `${employeeTable()}.slice(0, 0)`, says: ['raw', 'no rows'] },
  ])('when $what', async ({ what, table, says }) => {
    const file = join(platform.folder, `${what.replaceAll(' ', '-')}.parquet`);
    writeParquet(file, table);
    const uri = await imported(file);
    const ended = await platform.startWorkflow('salary', '--set', `raw=${uri}`, '--watch', '--json');
    expect(ended.code).toBe(1);
    const { code, message } = failureOf(ended);
    expect(code).toBe('INVALID_DATA');
    for (const text of says) expect(message).toContain(text);
  });

  test('when the dataset lies outside the root', async () => {
    const ended = await platform.startWorkflow('salary', '--set', 'raw=file:///etc', '--watch', '--json');
    expect(ended.code).toBe(2);
    expect(failureOf(ended)).toMatchObject({ code: 'WRONG_INPUT', message: expect.stringContaining('file:///etc') });
  });

  test('when a path leaves the root by ..', async () => {
    const uri = `file://${platform.folder}/data/../../etc`;
    const ended = await platform.startWorkflow('salary', '--set', `raw=${uri}`, '--watch', '--json');
    expect(ended.code).toBe(2);
  });

  test('when there is no model to predict with', async () => {
    const ended = await platform.startWorkflow('predict', '--watch', '--json');
    expect(ended.code).toBe(2);
    expect(failureOf(ended).message).toContain('model');
  });

  test('when the disk is too small', async () => {
    const ended = await platform.startWorkflow('salary', '--set', 'rows=10000000000', '--watch', '--json');
    expect(ended.code).toBe(1);
    expect(failureOf(ended)).toMatchObject({ code: 'STORAGE_FULL', message: expect.stringContaining('disk') });
  });
});

describe('import refuses', () => {
  test('a Parquet file that is truncated', async () => {
    const file = join(platform.folder, 'truncated.parquet');
    writeParquet(file, employeeTable());
    await truncate(file, 200);
    const ended = await platform.tempered('import', file, '--json');
    expect(ended.code).not.toBe(0);
    expect(failureOf(ended).message).toContain('truncated.parquet');
  });

  test('a folder without files, and one that is not there', async () => {
    const empty = join(platform.folder, 'empty');
    await mkdir(empty);
    expect((await platform.tempered('import', empty, '--json')).code).toBe(2);
    expect((await platform.tempered('import', join(empty, 'gone'), '--json')).code).toBe(2);
  });
});

async function imported(file: string): Promise<string> {
  const ended = await platform.tempered('import', file, '--json');
  if (ended.code !== 0) throw new Error(ended.stdout + ended.stderr);
  return (JSON.parse(ended.stdout) as { readonly uri: string }).uri;
}
