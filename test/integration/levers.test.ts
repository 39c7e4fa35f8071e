import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { JOB_FILES, JobResult, type JobFile, type JobSpec } from '../../contracts/job.js';
import { LocalPlatform } from '../../platforms/local/local-platform.js';
import { memoryEnforcement } from '../../platforms/local/memory-enforcement.js';
import { projectRoot } from '../../settings/home.js';
import { untilOver } from '../contracts/platform.js';

const MIB = 2 ** 20;

/** Two processes that draw five million rows each do not fit, one does: measured at 289 and 130 MiB. */
const LIMIT_BYTES = 200 * MIB;
const CHUNKS = 4;

let folder: string;
let platform: LocalPlatform;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tempered-levers-'));
  platform = LocalPlatform.open({ stateDir: join(folder, 'state'), projectRoot, memoryBudgetBytes: 1024 * MIB });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** An attempt of the stage `generate`; all attempts share their scratch folder. */
function attempt(number: number, concurrency: number): JobSpec {
  const jobFolder = join(folder, `generate-a${String(number)}`);
  mkdirSync(jobFolder);
  const key = `levers/generate-a${String(number)}`;
  const resources = { memoryBytes: LIMIT_BYTES, cpus: 2, diskBytes: 0 };
  const job: JobFile = {
    ...{ version: 1, jobKey: key, stage: 'generate', inputs: {}, resources, settings: { concurrency } },
    params: { rows: 2_000_000, dataset: 'published', seed: 42, dataDate: '2026-11-20', chunkRows: 500_000, csv: false },
    output: pathToFileURL(join(jobFolder, JOB_FILES.output)).href,
    scratch: pathToFileURL(join(folder, 'scratch')).href,
    salvage: 'chunks',
  };
  writeFileSync(join(jobFolder, JOB_FILES.spec), JSON.stringify(job));
  const jobDirUri = pathToFileURL(jobFolder).href;
  return {
    ...{ key, stage: 'generate', engine: 'python', entry: 'jobs/python/generate.py', jobDirUri, resources },
    settings: { concurrency },
  };
}

function resultOf({ jobDirUri }: JobSpec): JobResult {
  return JobResult.parse(JSON.parse(readFileSync(join(fileURLToPath(jobDirUri), JOB_FILES.result), 'utf8')));
}

const testWithKernel = memoryEnforcement().kind === 'rss-sampling' ? test.skip : test;

testWithKernel('a job that the kernel kills with two processes ends in the same memory with one', async () => {
  const failed = await untilOver(platform, await platform.submit(attempt(1, 2)));
  expect(failed).toMatchObject({ kind: 'failed', evidence: { errorClass: 'ChunkWorkerKilled' } });
  expect(failed.kind === 'failed' && failed.evidence.kernel?.oomKillDelta).toBeGreaterThan(0);

  const retry = attempt(2, 1);
  expect(await untilOver(platform, await platform.submit(retry))).toMatchObject({ kind: 'exited', oomKills: 0 });
  const { salvaged, rowsOut } = resultOf(retry);
  expect(rowsOut).toBe(2_000_000);
  expect((salvaged?.before ?? 0) + (salvaged?.now ?? 0)).toBe(CHUNKS);

  const again = attempt(3, 2);
  await untilOver(platform, await platform.submit(again));
  expect(resultOf(again).salvaged).toEqual({ before: CHUNKS, now: 0, unit: 'chunks' });
  expect(resultOf(again).outputs).toEqual(resultOf(retry).outputs);
});
