import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { loadProfile, parseProfile } from './profile.js';

const folder = mkdtempSync(join(tmpdir(), 'tempered-profile-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function profileFile(content: unknown): string {
  const path = join(folder, 'tempered.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const NIGHTLY = { workflow: 'salary', cron: '30 3 * * *' };

test('an empty profile is the embedded platform', () => {
  const { profile, path } = loadProfile(profileFile({}));
  expect(profile).toMatchObject({ platform: 'local', recovery: { policy: 'ladder' }, stages: {}, schedules: {} });
  expect(path).toBe(join(folder, 'tempered.json'));
});

test('paths are relative to the file, and URIs stay', () => {
  const content = { storage: { root: 'data/' }, inputFolders: ['../in', 's3://bucket/in'] };
  const { storageRootUri, inputFolders } = loadProfile(profileFile(content));
  expect(storageRootUri).toBe(pathToFileURL(join(folder, 'data')).href);
  expect(inputFolders).toEqual([pathToFileURL(join(folder, '../in')).href, 's3://bucket/in']);
});

test('a file that was named but is not there is an error', () => {
  expect(() => loadProfile(join(folder, 'none.json'))).toThrow(/none\.json does not exist/);
});

test('wrong JSON is told with file, line and column', () => {
  expect(() => loadProfile(profileFile('{\n  "platform": local\n}'))).toThrow(/tempered\.json:2:15: expected a value/);
});

test.each([
  { given: { shedules: {} }, says: 'shedules: found an unknown field' },
  { given: { shedules: {} }, says: 'did you mean "schedules"?' },
  { given: { storage: { rot: 'x' } }, says: 'storage.rot: found an unknown field, allowed is root' },
  { given: { stages: { elt: {} } }, says: 'stages.elt: found "elt"' },
  { given: { stages: { elt: {} } }, says: 'did you mean "etl"?' },
  { given: { stages: { etl: { memory: '4 gigs' } } }, says: 'stages.etl.memory: found "4 gigs"' },
  { given: { stages: { etl: { memory: '4GiB', maxMemory: '2GiB' } } }, says: 'stages.etl.maxMemory: found "2GiB"' },
  {
    given: { stages: { etl: { maxMemory: '0B' } } },
    says: 'stages.etl.maxMemory: found "0B", allowed is a size above 0',
  },
  {
    given: { local: { memoryBudget: '2GiB' }, stages: { etl: { memory: '3GiB' } } },
    says: 'stages.etl.memory: found "3GiB", allowed is at most local.memoryBudget, "2GiB"',
  },
  {
    given: { local: { cpus: 2 }, stages: { etl: { cpus: 4 } } },
    says: 'stages.etl.cpus: found 4, allowed is at most local.cpus, 2',
  },
  {
    given: { recovery: { policy: 'pray' } },
    says: 'recovery.policy: found "pray", allowed is "ladder", "blind-retry"',
  },
  { given: { stages: { etl: { progressDeadline: 'soon' } } }, says: 'stages.etl.progressDeadline: found "soon"' },
  { given: { stages: { etl: { idleDeadline: '1s' } } }, says: 'allowed is a duration of at least 5s' },
  { given: { idleDeadline: '0s' }, says: 'idleDeadline: found "0s"' },
  { given: { schedules: { a: { ...NIGHTLY, workflow: 'salry' } } }, says: 'schedules.a.workflow: found "salry"' },
  { given: { schedules: { a: { ...NIGHTLY, cron: '99 3 * * *' } } }, says: 'schedules.a.cron: found "99 3 * * *"' },
  { given: { schedules: { a: { ...NIGHTLY, timezone: 'Mars' } } }, says: 'schedules.a.timezone: found "Mars"' },
  { given: { schedules: { a: { ...NIGHTLY, jitter: 'soon' } } }, says: 'schedules.a.jitter: found "soon"' },
  { given: { schedules: { a: { ...NIGHTLY, input: { rows: 0 } } } }, says: 'schedules.a.input.rows: found 0' },
  { given: { schedules: { a: { ...NIGHTLY, input: { row: 5 } } } }, says: 'did you mean "rows"?' },
  { given: { schedules: { 'Bad Name': NIGHTLY } }, says: 'schedules.Bad Name' },
  { given: { schedules: { a: { workflow: 'salary' } } }, says: 'schedules.a.cron: found nothing' },
  { given: [], says: '(document): found []' },
])('refuses $given: $says', ({ given, says }) => expect(() => parseProfile(given, 'tempered.json')).toThrow(says));

test('tells wrong shapes and wrong meanings in one message', () => {
  const wrong = {
    platform: 3,
    stages: { elt: {} },
    schedules: { a: { ...NIGHTLY, cron: 'never', input: { rows: 0 } } },
  };
  expect(() => parseProfile(wrong, 'tempered.json')).toThrow('4 problems');
});
