import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { JobFile } from '../../contracts/job.js';
import { StageRecord } from '../../contracts/stage-record.js';
import { eventually } from '../harness/eventually.js';
import { isAlive, processesWith, type TestPlatform, withPlatform } from '../harness/platform.js';

/** Enough rows that the job runs for seconds and a fault can hit it. */
const ROWS = 60_000_000;

/** Folders of the jobs that were ever submitted here. */
function submitted(platform: TestPlatform): Promise<string[]> {
  return readdir(join(platform.folder, 'jobs'));
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) process.kill(pid, signal);
}

/** Waits until the job of a run's first stage really works, and answers the pids of its processes. */
async function workingJob(platform: TestPlatform, runId: string): Promise<readonly number[]> {
  await platform.stageIs(runId, 'generate', 'running');
  return eventually(
    () => {
      const pids = processesWith(`${runId}/generate-`).filter((pid) => processesWith('generate.py').includes(pid));
      return pids.length > 0 && pids;
    },
    { withinMs: 30_000 },
  );
}

test('a jobs worker that is killed leaves its job running, and the next one finds it: the job runs once', async () => {
  await withPlatform({}, async (platform) => {
    const runId = await platform.start('salary', { rows: ROWS });
    const job = await workingJob(platform, runId);
    signalAll(job, 'SIGSTOP'); // so that it cannot end while its worker is away
    const worker = platform.pidOf('jobs');
    process.kill(worker, 'SIGKILL');
    await eventually(() => !isAlive(worker), { withinMs: 5_000 });
    expect(job.some(isAlive)).toBe(true);
    await platform.tempered('up');
    signalAll(job, 'SIGCONT');

    const { summary } = await platform.stageIs(runId, 'generate', 'done');
    expect(summary).toMatchObject({ attempts: 1, rowsOut: ROWS });
    expect((await submitted(platform)).filter((name) => name.includes('generate-'))).toHaveLength(1);
    await platform.cancel(runId);
  });
});

test('a job that is killed is lost, tried again at the same size, and keeps its finished chunks', async () => {
  await withPlatform({}, async (platform) => {
    const runId = await platform.start('salary', { rows: ROWS });
    await eventually(async () => (await finishedChunks(platform)) > 0, { withinMs: 60_000 });
    for (const pid of await workingJob(platform, runId)) process.kill(pid, 'SIGKILL');

    const { summary } = await platform.stageIs(runId, 'generate', 'done');
    expect(summary).toMatchObject({ attempts: 2, rowsOut: ROWS, salvaged: { unit: 'chunks' } });
    expect(summary?.salvaged?.before).toBeGreaterThan(0);
    await platform.cancel(runId);
  });
});

/** A chunk is finished once its record is there: its file alone may still be half-written. */
async function finishedChunks(platform: TestPlatform): Promise<number> {
  const files = await readdir(join(platform.folder, 'data', '_scratch'), { recursive: true }).catch(() => []);
  return files.filter((name) => name.endsWith('.chunk.json')).length;
}

test('a job that the kernel kills for memory pulls its free levers first, then grows, and the run says why', async () => {
  await withPlatform({ local: { cpus: 2 }, stages: { generate: { memory: '40MiB' } } }, async (platform) => {
    const runId = await platform.start('salary', { rows: 1_000_000 });
    const { summary } = await platform.stageIs(runId, 'generate', 'done');
    const [levers = '', memory = '', ...later] = summary?.decisions ?? [];
    expect(levers).toMatch(/^attempt 1 died of container memory \(definite: .+\) at 40 MiB .+: concurrency 2 -> 1$/);
    expect(memory).toMatch(/^attempt 2 died of container memory .+ at 40 MiB .+: memory 40 MiB -> /);
    expect(summary?.attempts).toBe(3 + later.length);

    const shown = await platform.tempered('show', runId);
    expect(shown.stdout).toContain(`tries  generate: ${levers}\ntries  generate: ${memory}`);
    const { attempts } = await publishedRecord(platform, 'generate');
    expect(attempts.slice(0, 3).map((attempt) => attempt.levers)).toEqual([[], ['concurrency'], ['memory']]);
    expect(attempts.slice(0, 2).map(({ verdict }) => verdict?.region)).toEqual(['container', 'container']);
    expect(attempts.at(-1)).toMatchObject({ verdict: null, memoryBytes: summary?.memoryBytes });
    await platform.cancel(runId);
  });
});

test('blind doubling pulls no lever, asks for no cause, and each attempt has a scratch folder of its own', async () => {
  const profile = { recovery: { policy: 'blind-doubling' }, stages: { generate: { memory: '40MiB' } } };
  await withPlatform(profile, async (platform) => {
    const runId = await platform.start('salary', { rows: 1_000_000 });
    const { summary } = await platform.stageIs(runId, 'generate', 'done');
    expect(summary?.decisions[0]).toMatch(/^attempt 1 failed .+: 80 MiB without a look at the cause$/);
    const { attempts } = await publishedRecord(platform, 'generate');
    expect(attempts.flatMap(({ levers }) => levers)).toEqual(attempts.slice(1).map(() => 'memory'));
    const jobs = await jobFiles(platform, 'generate');
    expect(new Set(jobs.map(({ scratch }) => scratch)).size).toBe(attempts.length);
    expect(jobs.every(({ salvage }) => salvage === 'nothing')).toBe(true);
    await platform.cancel(runId);
  });
});

/** What a stage published about itself. */
async function publishedRecord(platform: TestPlatform, stage: string): Promise<StageRecord> {
  const [file = ''] = await filesNamed(join(platform.folder, 'data', stage), '_stage.json');
  return StageRecord.parse(JSON.parse(await readFile(file, 'utf8')));
}

/** What the jobs of a stage were told. */
async function jobFiles(platform: TestPlatform, stage: string): Promise<readonly JobFile[]> {
  const files = await filesNamed(join(platform.folder, 'data', '_work'), 'job.json');
  const jobs = await Promise.all(files.map(async (file) => JobFile.parse(JSON.parse(await readFile(file, 'utf8')))));
  return jobs.filter((job) => job.stage === stage);
}

async function filesNamed(folder: string, name: string): Promise<readonly string[]> {
  const files = await readdir(folder, { recursive: true });
  return files.filter((file) => basename(file) === name).map((file) => join(folder, file));
}

test('a memory limit that may not grow ends the run with the reason and the advice', async () => {
  await withPlatform({ stages: { generate: { memory: '40MiB', maxMemory: '40MiB' } } }, async (platform) => {
    const ended = await platform.startWorkflow('salary', '--set', 'rows=1000000', '--watch', '--json');
    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      status: 'failed',
      result: null,
      failure: { code: 'OUT_OF_MEMORY', stage: 'generate', advice: expect.stringContaining('maxMemory') },
    });
  });
});

test('a server that is killed and comes back goes on with the run: the job runs once', async () => {
  await withPlatform({}, async (platform) => {
    const runId = await platform.start('salary', { rows: ROWS });
    const job = await workingJob(platform, runId);
    signalAll(job, 'SIGSTOP'); // so that it cannot end while the server is away
    process.kill(platform.pidOf('temporal'), 'SIGKILL');
    await platform.tempered('up');
    signalAll(job, 'SIGCONT');

    const { summary } = await platform.stageIs(runId, 'generate', 'done');
    expect(summary).toMatchObject({ attempts: 1, rowsOut: ROWS });
    await platform.cancel(runId);
  });
});

test('when both workers and the server are killed in the middle of an escalation, the run goes on at the same rung', async () => {
  await withPlatform({ local: { cpus: 2 }, stages: { generate: { memory: '112MiB' } } }, async (platform) => {
    const runId = await platform.start('salary', { rows: ROWS });
    const job = await eventually(
      async () => {
        const [generate] = (await platform.progress(runId)).stages;
        const pids = processesWith(`-a2/`).filter((pid) => processesWith('generate.py').includes(pid));
        return generate?.attempt === 2 && pids.length > 0 && pids;
      },
      { withinMs: 60_000 },
    );
    signalAll(job, 'SIGSTOP');
    signalAll([platform.pidOf('jobs'), platform.pidOf('orchestrator'), platform.pidOf('temporal')], 'SIGKILL');
    await platform.tempered('up');
    signalAll(job, 'SIGCONT');

    const { summary } = await platform.stageIs(runId, 'generate', 'done');
    expect(summary?.decisions[0]).toMatch(/^attempt 1 died of container memory .+: concurrency 2 -> 1$/);
    expect(summary).toMatchObject({ attempts: 2, memoryBytes: 112 * 2 ** 20, rowsOut: ROWS });
    expect((await submitted(platform)).filter((name) => name.includes('generate-'))).toHaveLength(2);
    await platform.cancel(runId);
  });
});

test('a cancelled run stops its job and everything that the job started', async () => {
  await withPlatform({}, async (platform) => {
    const runId = await platform.start('salary', { rows: ROWS });
    const job = await workingJob(platform, runId);
    await platform.cancel(runId);
    await eventually(() => !job.some(isAlive), { withinMs: 20_000 });
    const shown = JSON.parse((await platform.tempered('show', runId, '--json')).stdout) as { status: string };
    expect(shown.status).toBe('cancelled');
  });
});
