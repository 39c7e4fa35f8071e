import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openLocalHarness } from '../../test/contracts/local-harness.js';
import type { LocalHarness } from '../../test/contracts/local-harness.js';
import { untilOver, untilReporting } from '../../test/contracts/platform.js';
import { exitsWith, runsOn } from '../../test/contracts/programs.js';
import { eventually } from '../../test/harness/eventually.js';
import { JobFolder } from './job-folder.js';
import { isRunning } from './process-identity.js';
import { listProcesses } from './process-table.js';

const PATIENCE = { withinMs: 30_000, everyMs: 20 };

/** A worker: opens the platform with the options in its first argument and submits the job in its second. */
const WORKER = `
import { LocalPlatform } from '${new URL('./local-platform.js', import.meta.url).href}';
const [options, job] = process.argv.slice(1).map((text) => JSON.parse(text));
await LocalPlatform.open(options).submit(job);
setInterval(() => {}, 60_000);
`;

/** Children of this process that this file started; another test file that ran in this process has left its own spare. */
const newChildren = () =>
  listProcesses().filter(({ parentPid, pid }) => parentPid === process.pid && !oldChildren.includes(pid));

let harness: LocalHarness;
let oldChildren: readonly number[] = [];
beforeAll(() => {
  oldChildren = newChildren().map(({ pid }) => pid);
  harness = openLocalHarness();
});
afterAll(() => harness.close());

test('when a worker is killed, its job runs on and its spare supervisor ends', async () => {
  const job = await harness.makeJob('outlives', runsOn);
  const options = { stateDir: harness.stateDir, projectRoot: harness.folder, venv: join(harness.folder, 'venv') };
  const args = ['--input-type=module', '-e', WORKER, JSON.stringify(options), JSON.stringify(job)];
  const worker = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const handle = { platform: 'local', key: job.key, id: job.key };
  await untilReporting(harness.platform, handle);
  const supervisor = JobFolder.of(harness.stateDir, job.key).findOwner();
  const spares = await eventually(() => {
    const children = listProcesses().filter(
      ({ parentPid, pid }) => parentPid === worker.pid && pid !== supervisor?.pid,
    );
    return children.length > 0 && children;
  }, PATIENCE);
  worker.kill('SIGKILL');
  await once(worker, 'exit');
  await eventually(() => !spares.some(isRunning), PATIENCE);
  await expect(harness.platform.poll(await harness.platform.submit(job))).resolves.toMatchObject({ kind: 'running' });
  await harness.platform.stop(handle, 'cancel');
  await expect(harness.countStarts(job)).resolves.toBe(1);
});

test('jobs that start at once leave one spare supervisor, and one that was killed is replaced', async () => {
  const jobs = await Promise.all(
    ['before-1', 'before-2', 'before-3'].map((name) => harness.makeJob(name, exitsWith(0))),
  );
  await Promise.all(jobs.map(async (job) => untilOver(harness.platform, await harness.platform.submit(job))));
  const [spare] = await eventually(() => newChildren().length === 1 && newChildren(), PATIENCE);
  process.kill(spare?.pid ?? 0, 'SIGKILL');
  await eventually(() => newChildren().length === 0, PATIENCE);
  const handle = await harness.platform.submit(await harness.makeJob('after', exitsWith(0)));
  await expect(untilOver(harness.platform, handle)).resolves.toMatchObject({ kind: 'exited' });
});

test('a supervisor that never came makes its job lost, and one that comes too late does not start it', async () => {
  const job = await harness.makeJob('never-came', exitsWith(0));
  const folder = JobFolder.of(harness.stateDir, job.key);
  mkdirSync(folder.path, { recursive: true });
  utimesSync(folder.path, new Date(0), new Date(0));
  const handle = { platform: 'local', key: job.key, id: job.key };
  await expect(harness.platform.poll(handle)).resolves.toMatchObject({
    kind: 'lost',
    message: expect.stringContaining('did not start') as unknown,
  });
  await harness.platform.submit(job);
  await expect(harness.platform.poll(handle)).resolves.toMatchObject({ kind: 'lost' });
  await expect(harness.countStarts(job)).resolves.toBe(0);
});
