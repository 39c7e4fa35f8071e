import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JobSpec } from '../../contracts/job.js';
import { openLocalHarness } from '../../test/contracts/local-harness.js';
import type { LocalHarness } from '../../test/contracts/local-harness.js';
import { untilOver, untilReporting } from '../../test/contracts/platform.js';
import { runsOn } from '../../test/contracts/programs.js';
import { eventually } from '../../test/harness/eventually.js';
import { JobFolder } from './job-folder.js';
import { memoryEnforcement } from './memory-enforcement.js';
import { identify, isRunning } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';
import { findPlan } from './standing.js';
import type { SupervisorPlan } from './supervisor-plan.js';

const PATIENCE = { withinMs: 30_000, everyMs: 20 };

/**
 * A family as bad as they come: everybody ignores SIGTERM; a child, a grandchild in a session of its own, and a daemon
 * that forked twice and left its session. Each writes its pid.
 * @param daemonEnvironment sampling sees a process that leaves parent, session and environment within one sample no more
 */
const badFamily = (daemonEnvironment: '{}' | 'os.environ') => `
signal.signal(signal.SIGTERM, signal.SIG_IGN)
def live(name):
    put(f"pid-{name}", str(os.getpid()))
    while True:
        time.sleep(60)
if os.fork() == 0:
    if os.fork() == 0:
        os.setsid()
        live("grandchild")
    live("child")
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        code = "import os,sys,time; open(sys.argv[1],'w').write(str(os.getpid())); time.sleep(3600)"
        os.execve(sys.executable, [sys.executable, "-c", code, str(FOLDER / "pid-daemon")], ${daemonEnvironment})
    os._exit(0)
os.wait()
for name in ["child", "grandchild", "daemon"]:
    wait_for(f"pid-{name}")
report()
`;

/** The processes whose pids lie in the job's folder. */
function family(job: JobSpec): readonly ProcessIdentity[] {
  const folder = fileURLToPath(job.jobDirUri);
  return readdirSync(folder)
    .filter((name) => name.startsWith('pid-'))
    .flatMap((name) => identify(Number(readFileSync(join(folder, name), 'utf8'))) ?? []);
}

/** What must not be left when a job is over. */
function leftovers(harness: LocalHarness, job: JobSpec): readonly string[] {
  const folder = JobFolder.of(harness.stateDir, job.key);
  const plan = folder.findPlan() as SupervisorPlan;
  const places = [plan.temporary.directory, plan.temporary.link];
  if (plan.enclosure.kind !== 'rss-sampling') places.push(plan.enclosure.directory);
  return places.filter((place) => existsSync(place));
}

function supervisorOf(harness: LocalHarness, job: JobSpec): ProcessIdentity {
  const owner = JobFolder.of(harness.stateDir, job.key).findOwner();
  if (!owner) throw new Error('the job has no supervisor');
  return owner;
}

describe.each([{ enforcement: 'best' }, { enforcement: 'sampling' }] as const)(
  'the end of a job, $enforcement',
  ({ enforcement }) => {
    const parents = badFamily(
      enforcement === 'best' && memoryEnforcement().kind !== 'rss-sampling' ? '{}' : 'os.environ',
    );
    const badParent = `${parents}\nlive("parent")`;
    const parentThatLeaves = `${parents}\nsys.exit(0)`;
    let harness: LocalHarness;
    beforeAll(() => {
      harness = openLocalHarness({ enforcement, stopGraceMs: 300 });
    });
    afterAll(() => harness.close());

    test('stop ends children, grandchildren and daemons that do not want to end', async () => {
      const job = await harness.makeJob('bad-family', badParent);
      const handle = await harness.platform.submit(job);
      await untilReporting(harness.platform, handle);
      const processes = family(job);
      expect(processes.length).toBeGreaterThanOrEqual(3);
      await harness.platform.stop(handle, 'cancel');
      expect(processes.filter(isRunning)).toEqual([]);
      expect(leftovers(harness, job)).toEqual([]);
      expect(readdirSync(join(harness.stateDir, 'memory'))).toEqual([]);
      await expect(harness.platform.poll(handle)).resolves.toMatchObject({
        evidence: { stopRequested: 'cancel', exit: { code: 137, signal: 'SIGKILL' } },
      });
    });

    test('what a job leaves behind when it ends by itself is ended, too', async () => {
      const job = await harness.makeJob('leaver', parentThatLeaves);
      const handle = await harness.platform.submit(job);
      await expect(untilOver(harness.platform, handle)).resolves.toMatchObject({ kind: 'exited' });
      expect(family(job)).toEqual([]);
      expect(leftovers(harness, job)).toEqual([]);
    });

    test('a job whose supervisor was killed is lost, and nothing of it runs on', async () => {
      const job = await harness.makeJob('orphan', badParent);
      const handle = await harness.platform.submit(job);
      await untilReporting(harness.platform, handle);
      const processes = family(job);
      const supervisor = supervisorOf(harness, job);
      process.kill(supervisor.pid, 'SIGKILL');
      await eventually(() => !isRunning(supervisor), PATIENCE);
      const state = await harness.reopen().poll(handle);
      expect(state).toMatchObject({
        kind: 'lost',
        message: expect.stringMatching(/^its supervisor .* died; [1-9]/) as unknown,
      });
      expect(processes.filter(isRunning)).toEqual([]);
      expect(findPlan(JobFolder.of(harness.stateDir, job.key))).toBeDefined();
      await expect(harness.platform.poll(await harness.platform.submit(job))).resolves.toEqual(state);
      await expect(harness.countStarts(job)).resolves.toBe(1);
    });

    test('stop works when the supervisor was killed', async () => {
      const job = await harness.makeJob('orphan-stopped', badParent);
      const handle = await harness.platform.submit(job);
      await untilReporting(harness.platform, handle);
      const processes = family(job);
      const supervisor = supervisorOf(harness, job);
      process.kill(supervisor.pid, 'SIGKILL');
      await eventually(() => !isRunning(supervisor), PATIENCE);
      await harness.platform.stop(handle, 'shutdown');
      expect(processes.filter(isRunning)).toEqual([]);
      expect(leftovers(harness, job)).toEqual([]);
      await expect(harness.platform.poll(handle)).resolves.toMatchObject({ evidence: { stopRequested: 'shutdown' } });
    });
  },
);

describe('the start of a job', () => {
  let harness: LocalHarness;
  beforeAll(() => {
    harness = openLocalHarness();
  });
  afterAll(() => harness.close());

  test('a submit that died before it started a supervisor is repaired by the next one', async () => {
    const job = await harness.makeJob('half-submitted', 'pass');
    JobFolder.of(harness.stateDir, job.key).make();
    const handle = { platform: 'local', key: job.key, id: job.key };
    await expect(harness.platform.poll(handle)).resolves.toMatchObject({ kind: 'queued' });
    await harness.platform.submit(job);
    await expect(untilOver(harness.platform, handle)).resolves.toMatchObject({ kind: 'exited' });
  });

  test('a disk with too little room is noticed before the job starts', async () => {
    const resources = { memoryBytes: 2 ** 26, cpus: 1, diskBytes: 2 ** 60 };
    const job = await harness.makeJob('wants-disk', 'pass', { resources });
    await expect(untilOver(harness.platform, await harness.platform.submit(job))).resolves.toMatchObject({
      kind: 'failed',
      evidence: {
        exit: null,
        reason: expect.stringMatching(/^disk-full: .* free in .*, the job needs 1050000 TiB$/) as unknown,
      },
    });
    await expect(harness.countStarts(job)).resolves.toBe(0);
  });

  test('a Python environment that is not there is named', async () => {
    const elsewhere = openLocalHarness({ venv: '/no/such/venv' });
    const handle = await elsewhere.platform.submit(await elsewhere.makeJob('no-python', 'pass'));
    const state = await untilOver(elsewhere.platform, handle).finally(() => elsewhere.close());
    expect(state).toMatchObject({
      evidence: { reason: 'launch-failed: /no/such/venv/bin/python is not there or cannot be run' },
    });
  });

  test('a job sees the project, its environment first on the path, a short temporary folder of its own, and no secret', async () => {
    process.env['AWS_SECRET_ACCESS_KEY'] = 'do not tell';
    const tells = `
import tempfile
pathlib.Path(tempfile.mkdtemp(), "left").touch()
print(json.dumps({**os.environ, "cwd": os.getcwd(), "temporary": tempfile.gettempdir()}))`;
    const job = await harness.makeJob('tells', tells);
    const handle = await harness.platform.submit(job);
    await untilOver(harness.platform, handle);
    delete process.env['AWS_SECRET_ACCESS_KEY'];
    const seen = JSON.parse(await harness.platform.logs(handle, 2 ** 16)) as Record<string, string>;
    expect(seen).toMatchObject({
      PYTHONPATH: harness.folder,
      PATH: expect.stringMatching(new RegExp(`^${harness.folder}/venv/bin:`)) as unknown,
      OMP_NUM_THREADS: '1',
      OPENBLAS_NUM_THREADS: '1',
      cwd: join(fileURLToPath(job.jobDirUri), 'tmp'),
    });
    expect(Object.keys(seen)).not.toContain('AWS_SECRET_ACCESS_KEY');
    expect(seen['temporary']?.length).toBeLessThan(80);
    expect(leftovers(harness, job)).toEqual([]);
  });

  test('a job outlives the platform object that started it, and one that was asked to stop while queued never starts', async () => {
    const [first, second] = await Promise.all(
      ['holds-all', 'queued-stopped'].map((name) =>
        harness.makeJob(name, runsOn, { resources: { memoryBytes: 2 ** 30, cpus: 1, diskBytes: 0 } }),
      ),
    );
    if (!first || !second) throw new Error('two jobs were made');
    const running = await harness.platform.submit(first);
    await untilReporting(harness.platform, running);
    const waiting = await harness.platform.submit(second);
    await eventually(async () => {
      const state = await harness.platform.poll(waiting);
      return (
        state.kind === 'queued' &&
        /^waits for test\/holds-all-a1 \(1 GiB\): needs 1 GiB, 0 B of 1 GiB are free$/.test(state.message)
      );
    }, PATIENCE);
    await harness.platform.stop(waiting, 'cancel');
    await expect(harness.platform.poll(waiting)).resolves.toMatchObject({
      evidence: { stopRequested: 'cancel', exit: null },
    });
    await expect(harness.platform.poll(running)).resolves.toMatchObject({ kind: 'running' });
    await harness.platform.stop(running, 'cancel');
    await expect(harness.countStarts(second)).resolves.toBe(0);
  });
});
