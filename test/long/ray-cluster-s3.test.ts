import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { JobResult } from '../../contracts/job.js';
import { untilOver } from '../contracts/platform.js';
import { openRayInS3, type RayInS3 } from '../contracts/ray-in-s3-harness.js';
import { NOTHING, REMOTE_PATIENCE, RUNS_ON } from '../contracts/remote-jobs.js';
import { eventually } from '../harness/eventually.js';
import { joinRayNode, START_WITHIN_MS } from '../harness/ray-head.js';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

let harness: RayInS3;
beforeAll(async () => {
  harness = await openRayInS3();
}, START_WITHIN_MS);
afterAll(() => harness.close(), START_WITHIN_MS);

/** A node is as it was before the job. */
const untilNothingIsLeft = () =>
  eventually(() => readdirSync(harness.work).length === 0, { withinMs: 30_000, everyMs: 100 });

describe('jobs on a real Ray whose nodes see only S3', () => {
  test('the search for a model reads its rows there and leaves its candidate there', async () => {
    const { platform, storage } = harness;
    const job = await harness.makeSearch({ name: 'tune', trials: 2, rows: 5000, tenureValues: 3650, settings: {} });
    const handle = await platform.submit(job);
    await expect(harness.reopen().submit(job)).resolves.toEqual(handle);
    const state = await untilOver(harness.reopen(), handle, REMOTE_PATIENCE);
    expect(state).toMatchObject({ kind: 'exited' });

    const read = (path: string) => storage.read(`${job.jobDirUri}/${path}`);
    const result = JobResult.parse(JSON.parse(new TextDecoder().decode(await read('_result.json'))));
    expect(result).toMatchObject({ engine: 'ray', rowsIn: 5000, values: { trials: 2, trainRows: 5000 } });
    const files = result.outputs['candidate']?.files ?? [];
    expect(files.map(({ path }) => path)).toContain('model.json');
    for (const { path, sha256 } of files) {
      const bytes = await read(`output/candidate/${path}`);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    }
    await untilNothingIsLeft();
  });

  test('a search whose trials run on several nodes is the same, though a node has nothing but S3', async () => {
    const { head, platform, storage } = harness;
    await joinRayNode(head, { memoryBytes: 2 * GIB, cpus: 2, ownDisk: harness.work });
    const settings = { concurrency: 2, threads: 2 }; // a trial takes a node's CPUs
    const job = await harness.makeSearch({ name: 'spread', trials: 6, rows: 5000, tenureValues: 3650, settings });
    const state = await untilOver(platform, await platform.submit(job), REMOTE_PATIENCE);
    expect(state).toMatchObject({ kind: 'exited' });
    const bytes = await storage.read(`${job.jobDirUri}/_result.json`);
    const result = JobResult.parse(JSON.parse(new TextDecoder().decode(bytes)));
    expect(result.values).toMatchObject({ trials: 6, trainRows: 5000 });
    const actors = await fetch(`${head.address}/api/v0/actors?detail=true&limit=1000`);
    const ofJob = (await actors.text()).matchAll(/"class_name": ?"[^"]*Trainable[^"]*"[^}]*?"node_id": ?"(\w+)"/g);
    expect(new Set([...ofJob].map(([, node]) => node)).size).toBe(2);
    await untilNothingIsLeft();
  });

  test("a user's own program finds its neighbours in Ray's workers, and its log is what it wrote", async () => {
    const { platform } = harness;
    const main = `
import helper, ray
ray.init(log_to_driver=False, logging_level="ERROR")
print(ray.get(ray.remote(helper.place).remote()), flush=True)
ray.shutdown()`;
    const job = await harness.makeJob('own', main, { engine: 'ray' });
    const folder = join(job.entry, '..');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'helper.py'), 'def place():\n    return "beside"\n');
    const handle = await platform.submit(job);
    await expect(untilOver(platform, handle, REMOTE_PATIENCE)).resolves.toMatchObject({ kind: 'exited' });
    await expect(platform.logs(handle, 100)).resolves.toBe('beside\n');
    await untilNothingIsLeft();
  });

  test('a job that was stopped while it waited for room never begins', async () => {
    const { platform, head, storage } = harness;
    const most = { memoryBytes: Math.floor(platform.largest.memoryBytes * 0.6), cpus: 0.1, diskBytes: 0 };
    const first = await platform.submit(await harness.makeJob('first', RUNS_ON, { resources: most }));
    await eventually(async () => {
      const state = await platform.poll(first);
      return state.kind === 'running' && state.progress?.message === 'working';
    }, REMOTE_PATIENCE);
    const job = await harness.makeJob('second', NOTHING, { resources: most });
    const second = await platform.submit(job);
    await platform.stop(second, 'cancel');
    await platform.stop(first, 'timeout');
    await expect(platform.poll(first)).resolves.toMatchObject({ evidence: { stopRequested: 'timeout' } });
    // Now there is room, and Ray does begin what it was asked for: the program itself must not.
    await eventually(async () => {
      const { status } = (await (await fetch(`${head.address}/api/jobs/${second.id}`)).json()) as { status: string };
      return status !== 'PENDING' && status !== 'RUNNING';
    }, REMOTE_PATIENCE);
    await expect(platform.poll(second)).resolves.toMatchObject({ evidence: { stopRequested: 'cancel' } });
    await expect(platform.logs(second, 1000)).resolves.not.toContain('did nothing');
    await expect(storage.stat(`${job.jobDirUri}/_result.json`)).resolves.toBeUndefined();
    await untilNothingIsLeft();
  });

  test('a killed job is told as one, and leaves nothing on its node', async () => {
    const { platform } = harness;
    const main = `
print(os.listdir(os.path.join(job.output, "..", "..")), flush=True)
os.kill(os.getpid(), 9)`;
    const resources = { memoryBytes: 64 * MIB, cpus: 0.1, diskBytes: 0 };
    const handle = await platform.submit(await harness.makeJob('killed', main, { resources }));
    await expect(untilOver(platform, handle, REMOTE_PATIENCE)).resolves.toMatchObject({
      kind: 'failed',
      evidence: { exit: { code: 137, signal: 'SIGKILL' }, logTail: `['${handle.id}']\n` },
    });
    await untilNothingIsLeft();
  });
});
