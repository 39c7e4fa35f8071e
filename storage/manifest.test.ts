import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { JobResult } from '../contracts/job.js';
import type { Column, ManifestFile } from '../contracts/manifest.js';
import { sha256Of } from './content-hash.js';
import { manifestJson, manifestOf, type Content } from './manifest.js';

const JOB_CONTRACT = path.join(import.meta.dirname, '..', '..', 'test', 'fixtures', 'job-contract');

const file = (path: string): ManifestFile => ({ path, bytes: path.length, sha256: sha256Of(path), rows: 1 });
const schema: readonly Column[] = [
  { name: 'id', type: 'int64', nullable: false },
  { name: 'age', type: 'int64', nullable: true },
];
const people: Content = { kind: 'dataset', dataset: 'people', rows: 3, schema, files: ['a', 'a.b', 'a/b'].map(file) };

const turned = (object: object): object => Object.fromEntries(Object.entries(object).reverse());

test('a manifest is the same bytes in whatever order its files and fields were given', () => {
  const other: Content = {
    files: people.files.map((each) => turned(each) as ManifestFile).reverse(),
    schema: schema.map((column) => turned(column) as Column),
    rows: 3,
    dataset: 'people',
    kind: 'dataset',
  };
  expect(manifestJson(manifestOf(other))).toBe(manifestJson(manifestOf(people)));
});

test('another name, row, file or order of columns is another manifest', () => {
  const contents: readonly Content[] = [
    people,
    { ...people, dataset: 'employees' },
    { ...people, rows: 4 },
    { ...people, files: people.files.slice(1) },
    { ...people, schema: schema.toReversed() },
    { kind: 'artifact', dataset: 'people', files: people.files },
    { kind: 'model', dataset: 'people', files: people.files, candidateSha256: 'a'.repeat(64) },
    { kind: 'model', dataset: 'people', files: people.files, candidateSha256: 'b'.repeat(64) },
  ];
  expect(new Set(contents.map((content) => manifestJson(manifestOf(content)))).size).toBe(contents.length);
});

test.each([
  { stage: 'generate', output: 'dataset', dataset: 'dataset' },
  { stage: 'store', output: 'model', dataset: 'salary' },
])('the manifest of a $stage job is known byte for byte', async ({ stage, output: name, dataset }) => {
  // Stage keys are made of these bytes: when they change, every published result is made again.
  const read = (kind: string): Promise<string> => readFile(path.join(JOB_CONTRACT, `${stage}.${kind}.json`), 'utf8');
  const output = JobResult.parse(JSON.parse(await read('result'))).outputs[name];
  if (output === undefined) throw new Error(`the fixture has no output ${name}`);
  expect(manifestJson(manifestOf({ ...output, dataset }))).toBe(await read('manifest'));
});
