import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { awaitJob, type AwaitRequest } from '../../activities/await-job.js';
import type { JobsContext } from '../../activities/context.js';
import type { JobSpec } from '../../contracts/job.js';
import type { JobOutcome } from '../../contracts/outcome.js';
import { PIPELINES } from '../../contracts/pipelines/index.js';
import { memoryEnforcement } from '../../platforms/index.js';
import { classify } from '../../recovery/classify.js';
import { loadPrices } from '../../settings/prices.js';
import { parseProfile } from '../../settings/profile.js';
import { openStorage } from '../../storage/index.js';
import { openLocalHarness } from '../contracts/local-harness.js';
import type { LocalHarness } from '../contracts/local-harness.js';
import { eventually } from '../harness/eventually.js';
import { isAlive, processesWith, withPlatform } from '../harness/platform.js';

const MIB = 2 ** 20;

/** A deadline that a test can wait for. After a kill it is a third of it. */
const QUICK = { idleDeadline: '6s' };

/** The pool of the standard library starts another process for one that was killed, but nobody does its work: `map` waits for ever. */
const poolWhoseChildIsKilled = `
import multiprocessing
def work(number):
    if number == 1:
        held = b"x" * (1 << 30)
    return number
report()
with multiprocessing.Pool(2) as pool:
    pool.map(work, range(4))
`;

const sleepsForEver = `
while True:
    time.sleep(3600)
`;

const loopsForEver = `
report()
while True:
    pass
`;

/** Quiet for more than twice the quick deadline. */
const computesQuietly = `
until = time.monotonic() + 15
while time.monotonic() < until:
    pass
`;

describe('a job that fails without a word', () => {
  let harness: LocalHarness;
  beforeAll(() => {
    harness = openLocalHarness();
  });
  afterAll(() => harness.close());

  function contextWith(profile: Readonly<Record<string, unknown>>): JobsContext {
    const { folder, platform } = harness;
    return {
      projectRoot: folder,
      pipelines: PIPELINES,
      platforms: { local: platform },
      offerOn: () => platform,
      profile: {
        profile: parseProfile(profile, 'test'),
        path: null,
        pricesPath: null,
        storageRootUri: `file://${folder}`,
        inputFolders: [],
        pipelineFiles: [],
      },
      storage: openStorage(`file://${folder}`, []),
      prices: loadPrices(null),
      endpointHosts: {},
      modelMirror: null,
    };
  }

  /** Runs a program as the job of stage `generate` and waits for it as a worker does. */
  async function run(
    source: string,
    profile: Readonly<Record<string, unknown>>,
    more: { readonly change?: Partial<JobSpec>; readonly onHeartbeat?: () => void } = {},
  ): Promise<{ readonly outcome: JobOutcome; readonly seconds: number }> {
    const name = `job-${String(++count)}`;
    const handle = await harness.platform.submit(await harness.makeJob(name, source, more.change));
    const activity = new MockActivityEnvironment();
    activity.on('heartbeat', () => more.onHeartbeat?.());
    const startedMs = performance.now();
    const request = { handle, pipeline: 'salary', stage: 'generate', run: { workflowId: 'run', runId: 'r' } };
    const wait: (request: AwaitRequest) => Promise<JobOutcome> = awaitJob(contextWith(profile));
    const outcome = await activity.run<[AwaitRequest], JobOutcome, typeof wait>(wait, request);
    return { outcome, seconds: (performance.now() - startedMs) / 1000 };
  }
  let count = 0;

  function evidenceOf(outcome: JobOutcome) {
    if (outcome.kind !== 'failed') throw new Error('the job succeeded');
    return outcome.evidence;
  }

  // Where the kernel does not kill, the supervisor ends the whole job at once: nothing is left to hang.
  (memoryEnforcement().kind === 'rss-sampling' ? test.skip : test)(
    'a pool that waits for a child that the kernel killed is out of memory',
    async () => {
      const { outcome } = await run(poolWhoseChildIsKilled, QUICK);
      const evidence = evidenceOf(outcome);
      expect(evidence).toMatchObject({ stopRequested: 'timeout', kernel: { oomKillDelta: 1 } });
      expect(evidence.reason).toMatch(/^stalled: the kernel killed 1 of its processes for memory, then no progress/);
      expect(classify(evidence)).toMatchObject({ kind: 'out-of-memory', region: 'container' });
    },
  );

  test('a job that sleeps for ever is stopped for want of any sign of life', async () => {
    const evidence = evidenceOf((await run(sleepsForEver, QUICK)).outcome);
    expect(evidence.reason).toMatch(/^stalled: no progress and \d % CPU for [6-9] s$/);
    expect(classify(evidence)).toMatchObject({ kind: 'timeout' });
  });

  test('a loop without end is stopped at the deadline for progress', async () => {
    const stages = { generate: { progressDeadline: '8s' } };
    const evidence = evidenceOf((await run(loopsForEver, { ...QUICK, stages })).outcome);
    expect(evidence.reason).toMatch(/^stalled: no progress for \d+ s, though it used \d+ % CPU$/);
  });

  test('a job that computes without a word is left alone', async () => {
    const { outcome } = await run(computesQuietly, QUICK);
    expect(evidenceOf(outcome)).toMatchObject({
      exit: { code: 0 },
      errorMessage: expect.stringContaining('no _result'),
    });
  });

  test('a job that waits for memory is left alone, however long', async () => {
    const large = { resources: { memoryBytes: 700 * MIB, cpus: 1, diskBytes: 0 } };
    const holder = await harness.platform.submit(await harness.makeJob('holder', sleepsForEver, large));
    let looks = 0;
    const waiting = run('sys.exit(0)', QUICK, { change: large, onHeartbeat: () => (looks += 1) });
    // Four looks a second: ten seconds in the queue.
    await eventually(() => looks > 40, { withinMs: 60_000 });
    await harness.platform.stop(holder, 'cancel');
    expect(evidenceOf((await waiting).outcome)).toMatchObject({ exit: { code: 0 } });
  });

  test('by default a hang is known within a minute', async () => {
    const kinds =
      memoryEnforcement().kind === 'rss-sampling' ? [sleepsForEver] : [sleepsForEver, poolWhoseChildIsKilled];
    for (const { outcome, seconds } of await Promise.all(kinds.map((source) => run(source, {})))) {
      const { reason } = evidenceOf(outcome);
      expect(reason).toMatch(/^stalled: /);
      process.stdout.write(`${seconds.toFixed(1)} s from submit to evidence: ${String(reason)}\n`);
    }
  });
});

test('a run whose job hangs says so and tries again, also when the worker that watched it was killed', async () => {
  await withPlatform({ stages: { generate: { idleDeadline: '8s' } } }, async (platform) => {
    const runId = await platform.start('salary', { rows: 60_000_000 });
    await platform.stageIs(runId, 'generate', 'running');
    const ofJob = () => processesWith(`${runId}/generate-`).filter((pid) => processesWith('generate.py').includes(pid));
    const job = await eventually(() => ofJob().length > 0 && ofJob(), { withinMs: 30_000 });
    for (const pid of job) process.kill(pid, 'SIGSTOP'); // stands still, as a deadlock does
    const worker = platform.pidOf('jobs');
    process.kill(worker, 'SIGKILL');
    await eventually(() => !isAlive(worker), { withinMs: 5_000 });
    await platform.tempered('up');

    const { summary } = await platform.stageIs(runId, 'generate', 'done');
    expect(summary).toMatchObject({ attempts: 2 });
    expect(JSON.stringify(summary)).toContain('stalled: no progress');
    expect(job.some(isAlive)).toBe(false);
    await platform.cancel(runId);
  });
});
