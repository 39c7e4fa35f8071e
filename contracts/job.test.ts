import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../settings/home.js';
import { JobError, JobFile, JobResult, Progress } from './job.js';
import { Manifest } from './manifest.js';

const FOLDER = path.join(projectRoot, 'test', 'fixtures', 'job-contract');
const SCHEMAS = { job: JobFile, result: JobResult, error: JobError, progress: Progress, manifest: Manifest } as const;

const fixtures = (await readdir(FOLDER))
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({ file, kind: file.split('.').at(-2) ?? '' }));

describe('the job contract: files that both languages read', () => {
  test.each(fixtures)('$file', async ({ file, kind }) => {
    const schema = SCHEMAS[kind as keyof typeof SCHEMAS];
    schema.parse(JSON.parse(await readFile(path.join(FOLDER, file), 'utf8')));
  });

  test('there is a fixture of each kind', () => {
    expect(new Set(fixtures.map(({ kind }) => kind))).toEqual(new Set(Object.keys(SCHEMAS)));
  });
});
