import { CancelStepsCommand, EMRClient, TerminateJobFlowsCommand } from '@aws-sdk/client-emr';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Attempt, FailedAttempt } from '../../contracts/attempt.js';
import { JobResult, type JobSpec } from '../../contracts/job.js';
import { jobName } from '../../platforms/aws/job-name.js';
import type { JobState, Platform } from '../../platforms/platform.js';
import { classify } from '../../recovery/classify.js';
import { planNextAttempt } from '../../recovery/plan.js';
import { untilOver } from '../contracts/platform.js';
import {
  holdsMib,
  madeOf,
  type MakeRemoteJob,
  NOTHING,
  REMOTE_PATIENCE,
  RUNS_ON,
  verdictOf,
} from '../contracts/remote-jobs.js';
import {
  type SparkOnAws,
  SPARK_PLATFORMS,
  type SparkPlatform,
  withSparkOnAws,
} from '../contracts/spark-on-aws-harness.js';
import { submitAndDie } from '../fixtures/dying-worker.js';
import { eventually } from '../harness/eventually.js';
import type { FakeAwsFault, FakeAwsJob } from '../harness/fake-aws.js';
import { heldOpen } from '../harness/held-open.js';
import { isAlive } from '../harness/platform.js';

const GIB = 2 ** 30;

/** The call that makes a job, and the one that makes what it runs on. */
const STARTS = { emr: 'AddJobFlowSteps', 'emr-serverless': 'StartJobRun' } as const;

const OVER = ['COMPLETED', 'CANCELLED', 'FAILED', 'INTERRUPTED', 'SUCCESS'];

let harness: SparkOnAws;
let close = (): Promise<void> => Promise.resolve();
beforeAll(async () => {
  // A 16th of the memory: a driver of 3 GiB has 1.2 GiB, of which a JVM and boto3 take a quarter.
  ({ value: harness, close } = await heldOpen<SparkOnAws>((use) => withSparkOnAws({ factor: 16 }, use)));
});
afterAll(() => close());

/** Every job that was asked for, by the fake's own record. */
async function allJobs(): Promise<readonly FakeAwsJob[]> {
  return (await harness.aws.jobs()).filter(({ kind }) => kind === 'step' || kind === 'job-run');
}

/** After every test, whatever it did: no fault is left, nothing runs that nobody waits for, and no job was made twice. */
afterEach(async () => {
  await harness.aws.forgetFaults();
  const jobs = await allJobs();
  expect(jobs.filter(({ state }) => !OVER.includes(state))).toEqual([]);
  expect(jobs.flatMap(({ pids }) => pids).filter(isAlive)).toEqual([]);
  const names = jobs.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
  expect(jobs.filter(({ starts }) => starts > 1)).toEqual([]);
});

function failedAttempt(state: JobState, job: JobSpec, number = 1): FailedAttempt {
  if (state.kind !== 'failed') throw new Error(`the job is ${state.kind}`);
  const attempt: Attempt = { number, resources: job.resources, settings: {}, levers: [], because: 'a test' };
  return { attempt, verdict: classify(state.evidence), peakBytes: null, requestedBytes: null, seconds: state.seconds };
}

async function startsOf(job: JobSpec): Promise<number> {
  return (await madeOf(harness.aws, job)).starts;
}

/** The same job has one key on every platform, and the tests of one are not to find those of the other. */
const keyOf = (name: SparkPlatform, stage: string, number = 1) => `test/${name}-${stage}-1a2b3c4d-a${String(number)}`;

/** What a test does with one of the platforms. */
interface OnPlatform {
  readonly name: SparkPlatform;
  readonly platform: Platform;
  /** Adds a fault to the call that makes a job. */
  readonly fail: (fault: FakeAwsFault) => Promise<void>;
  readonly makeJob: MakeRemoteJob;
  /** Submits a job and waits for its end. */
  readonly run: (job: JobSpec, on?: Platform) => Promise<JobState>;
}

function onPlatform(name: SparkPlatform): OnPlatform {
  const platform = harness.open(name);
  return {
    name,
    platform,
    fail: (fault) => harness.aws.fail({ service: name, operation: STARTS[name], ...fault }),
    makeJob: (stage, main, change) => harness.makeJob(stage, main, { key: keyOf(name, stage), ...change }),
    run: async (job, on = platform) => untilOver(on, await on.submit(job), REMOTE_PATIENCE),
  };
}

/** A test on both platforms at the same time: most of it is waiting. */
function testOnBoth(title: string, body: (on: OnPlatform) => Promise<void>): void {
  test(title, async () => {
    const ended = await Promise.allSettled(SPARK_PLATFORMS.map((name) => body(onPlatform(name))));
    for (const [index, each] of ended.entries()) {
      if (each.status === 'rejected') throw new Error(`on ${SPARK_PLATFORMS[index] ?? ''}`, { cause: each.reason });
    }
  });
}

describe('a program that the kernel kills for memory', () => {
  test('has run out of it on EMR Serverless, and the next worker has room', async () => {
    const platform = harness.open('emr-serverless');
    const key = (number: number) => keyOf('emr-serverless', 'hungry', number);
    const small = await harness.makeJob('hungry', holdsMib(1300), { key: key(1) });
    const failed = await untilOver(platform, await platform.submit(small), REMOTE_PATIENCE);
    const attempt = failedAttempt(failed, small);
    expect(attempt.verdict).toMatchObject({ kind: 'out-of-memory', certainty: 'definite', region: 'container' });
    const size = platform.sizes?.find(({ memoryBytes }) => memoryBytes >= 12 * GIB);
    const large = await harness.makeJob('hungry', holdsMib(1300), { key: key(2), resources: size ?? small.resources });
    const next = await untilOver(platform, await platform.submit(large), REMOTE_PATIENCE);
    expect(next).toMatchObject({ kind: 'exited' });
  });

  test('has run out of it on EMR, where nobody counts kills but nobody asked for this one, and the next machine has room', async () => {
    const platform = harness.open('emr', { emr: { instanceTypes: ['m6i.xlarge', 'm6i.2xlarge'] } });
    const key = (number: number) => keyOf('emr', 'hungry', number);
    const small = await harness.makeJob('hungry', holdsMib(2200), { key: key(1) });
    const failed = await untilOver(platform, await platform.submit(small), REMOTE_PATIENCE);
    expect(failed).toMatchObject({ evidence: { exit: { code: 137 }, unasked: true, stopRequested: null } });
    const attempt = failedAttempt(failed, small);
    expect(attempt.verdict).toMatchObject({ kind: 'out-of-memory', certainty: 'probable', region: 'host' });
    const limits = {
      cap: platform.largest,
      levers: ['memory' as const],
      sizes: platform.sizes,
      hostBytesOf: platform.hostBytesOf,
    };
    // Workers of 6 and 12 GiB would have the same primary node.
    const next = planNextAttempt([attempt], limits);
    if (next.kind !== 'retry') throw new Error(next.kind);
    expect(next.attempt.resources.memoryBytes).toBe(24 * GIB);
    const { resources } = next.attempt;
    const large = await harness.makeJob('hungry', holdsMib(2200), { key: key(2), resources });
    await expect(untilOver(platform, await platform.submit(large), REMOTE_PATIENCE)).resolves.toMatchObject({
      kind: 'exited',
    });
  });
});

test('a cluster of EMR is made once, though nobody heard that it was', async () => {
  const clusters = async () => (await harness.aws.jobs()).filter(({ kind }) => kind === 'cluster').length;
  const before = await clusters();
  await harness.aws.fail({ service: 'emr', operation: 'RunJobFlow', kind: 'lost-response' });
  const platform = harness.open('emr', { emr: { create: { ...harness.cluster, coreNodes: 7 } } });
  const job = await harness.makeJob('founded', NOTHING, { key: keyOf('emr', 'founded') });
  await expect(untilOver(platform, await platform.submit(job), REMOTE_PATIENCE)).resolves.toMatchObject({
    kind: 'exited',
  });
  expect(await clusters()).toBe(before + 1);
});

describe('a step of EMR that somebody else ends', () => {
  let emr: EMRClient;
  beforeAll(() => {
    emr = new EMRClient(harness.aws.client);
  });
  afterAll(() => {
    emr.destroy();
  });

  /** A job that has begun, on a cluster of its own, and how it ends. */
  async function ended(stage: string, coreNodes: number, end: (clusterId: string, stepId: string) => Promise<unknown>) {
    const platform = harness.open('emr', { emr: { create: { ...harness.cluster, coreNodes } } });
    const job = await harness.makeJob(stage, RUNS_ON, { key: keyOf('emr', stage) });
    const handle = await platform.submit(job);
    await eventually(async () => {
      const state = await platform.poll(handle);
      return state.kind === 'running' && state.progress?.done === 3;
    }, REMOTE_PATIENCE);
    const [clusterId = '', stepId = ''] = handle.id.split('/');
    await end(clusterId, stepId);
    const state = await untilOver(platform, handle, REMOTE_PATIENCE);
    return { platform, attempt: failedAttempt(state, job) };
  }

  test('by its cancellation was cancelled, and not killed for memory', async () => {
    const { attempt } = await ended('withdrawn', 5, (ClusterId, stepId) =>
      emr.send(new CancelStepsCommand({ ClusterId, StepIds: [stepId], StepCancellationOption: 'TERMINATE_PROCESS' })),
    );
    expect(attempt.verdict).toMatchObject({ kind: 'cancelled', region: null });
  });

  test('with its cluster was lost, and the next attempt of the same size has another cluster', async () => {
    const { platform, attempt } = await ended('deserted', 6, (clusterId) =>
      emr.send(new TerminateJobFlowsCommand({ JobFlowIds: [clusterId] })),
    );
    expect(attempt.verdict).toMatchObject({ kind: 'lost', region: null });
    const next = planNextAttempt([attempt], { cap: platform.largest, levers: [] });
    expect(next).toMatchObject({ kind: 'retry', attempt: { resources: attempt.attempt.resources } });
    const again = await harness.makeJob('deserted', NOTHING, { key: keyOf('emr', 'deserted', 2) });
    await expect(untilOver(platform, await platform.submit(again), REMOTE_PATIENCE)).resolves.toMatchObject({
      kind: 'exited',
    });
  });
});

describe('on EMR and EMR Serverless', () => {
  testOnBoth(
    'a service that refuses ten times for want of patience is asked until it takes the job, once',
    async ({ name, platform, fail, makeJob }) => {
      await fail({ error: 'ThrottlingException', message: 'Rate exceeded', times: 10 });
      const job = await makeJob('throttled', NOTHING);
      const submit = async () => {
        try {
          return await platform.submit(job);
        } catch (error) {
          // What Temporal's retry policy sees: not an end of the run.
          expect(error).toMatchObject({ code: 'PLATFORM_UNAVAILABLE' });
          return false;
        }
      };
      const handle = await eventually(submit, REMOTE_PATIENCE);
      await expect(untilOver(platform, handle, REMOTE_PATIENCE)).resolves.toMatchObject({ kind: 'exited' });
      expect((await harness.aws.faults()).filter((fault) => JSON.stringify(fault).includes(`"${name}"`))).toEqual([]);
      await expect(madeOf(harness.aws, job)).resolves.toEqual({ made: 1, starts: 1 });
    },
  );

  testOnBoth(
    'a job whose answer is lost, that is submitted again and waited for by another worker, is made once',
    async ({ name, platform, fail, makeJob }) => {
      await fail({ kind: 'lost-response' });
      const job = await makeJob('once', NOTHING);
      const handle = await platform.submit(job);
      await expect(harness.open(name).submit(job)).resolves.toEqual(handle);
      await expect(untilOver(harness.open(name), handle, REMOTE_PATIENCE)).resolves.toMatchObject({ kind: 'exited' });
      await expect(madeOf(harness.aws, job)).resolves.toEqual({ made: 1, starts: 1 });
    },
  );

  testOnBoth(
    'a worker that is killed before it can note its job leaves one that the next worker finds, with its result',
    async ({ name, platform, makeJob }) => {
      const job = await makeJob('orphan', NOTHING);
      const { awsProfile: aws, emr, emrServerless, storage } = harness;
      const died = await submitAndDie(
        { platform: name, aws, emr, emrServerless, root: storage.root, job },
        harness.aws.env,
      );
      expect(died).toEqual({ signal: 'SIGKILL', said: '' });
      await expect(storage.stat(`${job.jobDirUri}/_submitted.json`)).resolves.toBeUndefined();
      await expect(madeOf(harness.aws, job)).resolves.toMatchObject({ made: 1 });
      const handle = await platform.submit(job);
      await expect(untilOver(platform, handle, REMOTE_PATIENCE)).resolves.toMatchObject({ kind: 'exited' });
      await expect(madeOf(harness.aws, job)).resolves.toEqual({ made: 1, starts: 1 });
      const result = await storage.read(`${job.jobDirUri}/_result.json`);
      expect(JobResult.parse(JSON.parse(new TextDecoder().decode(result)))).toMatchObject({ rowsIn: 0, rowsOut: 0 });
    },
  );

  testOnBoth(
    'two attempts without a machine are waited for and not taken for memory',
    async ({ name, platform, makeJob, run }) => {
      await harness.aws.fail({
        service: name,
        operation: name === 'emr' ? 'RunJobFlow' : STARTS[name],
        kind: 'capacity',
        times: 2,
      });
      // A cluster of its own, which is made for each attempt anew.
      const on = harness.open(name, { emr: { create: { ...harness.cluster, coreNodes: 3 } } });
      const failed: FailedAttempt[] = [];
      for (const number of [1, 2]) {
        const job = await makeJob('scarce', NOTHING, { key: keyOf(name, 'scarce', number) });
        const attempt = failedAttempt(await run(job, on), job, number);
        failed.push(attempt);
        expect(attempt.verdict).toMatchObject({ kind: 'capacity', certainty: 'definite', region: null });
        const [first = attempt, ...later] = failed;
        expect(planNextAttempt([first, ...later], { cap: platform.largest, levers: [] })).toMatchObject({
          kind: 'retry',
          attempt: { resources: job.resources },
          afterSeconds: 30 * number,
        });
        await expect(startsOf(job)).resolves.toBe(0);
      }
      const third = await makeJob('scarce', NOTHING, { key: keyOf(name, 'scarce', 3) });
      await expect(run(third, on)).resolves.toMatchObject({ kind: 'exited' });
    },
  );

  testOnBoth('a job whose machine is taken was preempted, and is no memory failure', async ({ fail, makeJob, run }) => {
    await fail({ kind: 'preempt', afterSeconds: 1 });
    const job = await makeJob('preempted', RUNS_ON);
    const state = await run(job);
    expect(failedAttempt(state, job).verdict).toMatchObject({ kind: 'preempted', region: null });
  });

  testOnBoth('a failed job waits for its log, which is not there yet', async ({ platform, fail, makeJob }) => {
    await fail({ kind: 'late-log', afterSeconds: 5 });
    const job = await makeJob('late', 'raise KeyError("no such column")');
    const handle = await platform.submit(job);
    const failed = async () =>
      (await allJobs()).some((each) => each.name === jobName(job.stage, job.key) && each.state === 'FAILED');
    await eventually(failed, REMOTE_PATIENCE);
    const early = await platform.readLog(handle, { from: {}, take: () => undefined });
    expect(early).toMatchObject({ isWhole: false, awaits: expect.stringContaining('to S3') as unknown });
    const state = await platform.poll(handle);
    expect(state).toMatchObject({
      kind: 'failed',
      evidence: { errorClass: 'KeyError', logTail: expect.stringContaining('no such column') as unknown },
    });
    expect(verdictOf(state)).toBe('bug');
  });

  testOnBoth(
    'a job that is stopped while it waits for its machine never begins; one that runs ends',
    async ({ name, makeJob }) => {
      const applicationId = await harness.makeApplication(`narrow-${name}`, {
        maximumCapacity: { cpu: '2 vCPU', memory: '6 GB' },
      });
      const on = harness.open(name, {
        emr: { create: { ...harness.cluster, concurrentSteps: 1 } },
        emrServerless: { applicationId },
      });
      const running = await on.submit(await makeJob('running', RUNS_ON));
      await eventually(async () => {
        const state = await on.poll(running);
        return state.kind === 'running' && state.progress?.done === 3;
      }, REMOTE_PATIENCE);
      const waiting = await makeJob('waiting', RUNS_ON);
      const handle = await on.submit(waiting);
      await expect(on.poll(handle)).resolves.toMatchObject({ kind: 'queued' });
      await on.stop(handle, 'cancel');
      await expect(on.poll(handle)).resolves.toMatchObject({ evidence: { stopRequested: 'cancel' } });
      await on.stop(running, 'timeout');
      await expect(on.poll(running)).resolves.toMatchObject({ evidence: { stopRequested: 'timeout' } });
      expect([
        await madeOf(harness.aws, waiting),
        verdictOf(await on.poll(handle)),
        verdictOf(await on.poll(running)),
      ]).toEqual([{ made: 1, starts: 0 }, 'cancelled', 'timeout']);
    },
  );

  testOnBoth('a stop that meets the submit on its way ends the job', async ({ name, platform, fail, makeJob }) => {
    await fail({ kind: 'slow', seconds: 2 });
    const job = await makeJob('overtaken', RUNS_ON);
    const calls = async () => (await harness.aws.calls()).client[`${name}:${STARTS[name]}`] ?? 0;
    const before = await calls();
    const submitted = platform.submit(job);
    await eventually(async () => (await calls()) > before, REMOTE_PATIENCE);
    await harness.open(name).stop({ platform: name, key: job.key, id: job.key }, 'cancel');
    await expect(platform.poll(await submitted)).resolves.toMatchObject({ evidence: { stopRequested: 'cancel' } });
  });

  testOnBoth(
    'expired credentials stop neither the job nor the run: renewed, they make one job, and it is waited for',
    async ({ name, platform, makeJob }) => {
      await harness.aws.fail({ service: name, kind: 'expired' });
      const job = await makeJob('expired', NOTHING);
      await expect(platform.submit(job)).rejects.toMatchObject({
        code: 'PLATFORM_UNAVAILABLE',
        message: expect.stringContaining('credentials') as unknown,
      });
      await expect(madeOf(harness.aws, job)).resolves.toEqual({ made: 0, starts: 0 });
      const handle = await platform.submit(job);
      await harness.aws.fail({ service: name, kind: 'expired' });
      await expect(platform.poll(handle)).rejects.toMatchObject({ code: 'PLATFORM_UNAVAILABLE' });
      await expect(untilOver(platform, handle, REMOTE_PATIENCE)).resolves.toMatchObject({ kind: 'exited' });
      await expect(madeOf(harness.aws, job)).resolves.toEqual({ made: 1, starts: 1 });
    },
  );
});

test('what cannot be read for want of credentials is not taken for what is not there', async () => {
  const platform = harness.open('emr-serverless');
  const nobodys = { platform: platform.name, key: 'nobody/knows-a1', id: 'nobody/knows-a1' };
  await harness.aws.fail({ service: 's3', kind: 'expired' });
  await expect(platform.poll(nobodys)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  await expect(platform.poll(nobodys)).resolves.toMatchObject({ kind: 'lost' });
});
