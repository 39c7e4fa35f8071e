import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SizeRecord } from '../../contracts/size-record.js';
import { loadProfile } from '../../settings/profile.js';
import { openStorage } from '../../storage/index.js';
import { writeSizeRecord } from '../../storage/size-records.js';
import { runTempered } from '../tempered.js';

const GIB = 2 ** 30;
const kept = { ...process.env };
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tempered-sizes-'));
  const profile = join(folder, 'tempered.json');
  writeFileSync(profile, JSON.stringify({ local: { memoryBudget: '8GiB', cpus: 2 } }));
  Object.assign(process.env, { TEMPERED_HOME: folder, TEMPERED_PROFILE: profile });
  const storage = openStorage(loadProfile().storageRootUri, []);
  for (const record of [evaluateRun(1), evaluateRun(2), { ...evaluateRun(3), stage: 'former' }]) {
    await writeSizeRecord(storage, record);
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  process.env = { ...kept };
});

function evaluateRun(n: number): SizeRecord {
  return {
    version: 1,
    stage: 'evaluate',
    engine: 'python',
    platform: 'local',
    jobKey: `salary-${n}/evaluate-k-a2`,
    at: `2026-11-0${n}T22:00:00.000Z`,
    rows: 3_000_000,
    bytes: 0,
    cpus: 2,
    peakBytes: GIB,
    memoryBytes: 2 * GIB,
    settings: { batchRows: 125_000 },
    ownSettings: { batchRows: 250_000 },
    firstMemoryBytes: GIB,
    attempts: 2,
    tooSmall: [{ memoryBytes: GIB, settings: { batchRows: 250_000 }, region: 'container' }],
    seconds: 9,
    codeHash: 'c',
    shareDone: 1,
  };
}

async function tempered(line: string): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const exitCode = await runTempered(line.split(' '), { stdout, stderr, interactive: false });
  const text = (stream: PassThrough) => String(stream.read() ?? '');
  return { exitCode, stdout: text(stdout), stderr: text(stderr) };
}

test('each stage has a line with its last run and what the next one starts with', async () => {
  const { exitCode, stdout } = await tempered('sizes');
  expect(exitCode).toBe(0);
  const [heading, evaluate, former] = stdout.split('\n');
  expect(heading).toMatch(/^stage +runs +last rows +peak +limit +attempts +next +why$/);
  expect(evaluate).toMatch(/^evaluate +2 +3,000,000 +1 GiB +2 GiB +2 +1.25 GiB +learned: 2 runs, 95 % of their needs/);
  expect(evaluate).toContain('batchRows 125000 as it needed before');
  expect(former).toContain('this release has no such stage');
});

test('one stage shows its runs, newest first, with what was too small and the levers that were pulled', async () => {
  const lines = (await tempered('sizes evaluate')).stdout.trimEnd().split('\n');
  expect(lines[1]).toMatch(/^2026-11-02T22:00:00Z +3,000,000 +1 GiB +2 GiB +2 +1 GiB +batchRows=125000$/);
  expect(lines[2]).toMatch(/^2026-11-01/);
  expect(lines[3]).toMatch(/^next +with 3,000,000 rows 1.25 GiB: learned/);
});

test('--since leaves older runs out, and --json has all numbers', async () => {
  const { stdout } = await tempered('sizes evaluate --since 2026-11-02 --json');
  expect(JSON.parse(stdout)).toMatchObject({
    stages: [
      {
        stage: 'evaluate',
        runs: 1,
        next: { first: { memoryBytes: 1.25 * GIB }, cap: { memoryBytes: 8 * GIB } },
        records: [{ jobKey: 'salary-2/evaluate-k-a2' }],
      },
    ],
  });
});

test('a stage without runs is said to have none', async () => {
  expect((await tempered('sizes tune')).stdout).toContain('no sizes of tune were learned yet');
  expect((await tempered('sizes --since 2027-01-01')).stdout).toContain('no sizes were learned since 2027-01-01');
});

test.each([
  { line: 'sizes evalute', says: 'did you mean "evaluate"?' },
  { line: 'sizes --since yesterday', says: '--since: found "yesterday", allowed is a day or a moment' },
])('$line is a wrong input, exit code 2', async ({ line, says }) => {
  const { exitCode, stdout, stderr } = await tempered(line);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain(says);
});
