import { CreateProcessingJobCommand, DescribeTrainingJobCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OUTCOME_FILE } from '../../contracts/attempt-outcome.js';
import { TemperedError } from '../../contracts/failure.js';
import type { JobState } from '../../platforms/platform.js';
import { jobName } from '../../platforms/aws/job-name.js';
import { classify } from '../../recovery/classify.js';
import { callsAnHour } from '../contracts/calls-an-hour.js';
import { followToTheEnd } from '../contracts/followed-log.js';
import { untilOver } from '../contracts/platform.js';
import { holdsMib, madeOf, NOTHING, REMOTE_PATIENCE, RUNS_ON, verdictOf } from '../contracts/remote-jobs.js';
import { type SageMakerHarness, withSageMaker } from '../contracts/sagemaker-harness.js';
import { eventually } from '../harness/eventually.js';
import { heldOpen } from '../harness/held-open.js';

const GIB = 2 ** 30;

/** A job without a word has no log to wait for. */
const SPEAKS = 'print("begins", flush=True)';

/** Of what it died stands in its log alone. */
const DIES_WITH_A_WORD = `
os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\\n  what():  std::bad_alloc\\n")
os.abort()`;

describe('jobs on SageMaker', () => {
  let harness: SageMakerHarness;
  let client: SageMakerClient;
  let close = (): Promise<void> => Promise.resolve();
  beforeAll(async () => {
    // A 32nd of the memory: an ml.m6i.xlarge has 512 MiB, in which Python and boto3 have room.
    ({ value: harness, close } = await heldOpen<SageMakerHarness>((use) => withSageMaker({ factor: 32 }, use)));
    client = new SageMakerClient(harness.aws.client);
  });
  afterAll(() => close());

  test('a Python stage is one processing job, also when its answer is lost, it is submitted again and another worker waits', async () => {
    const { aws, platform, reopen, storage } = harness;
    await aws.fail({ service: 'sagemaker', operation: 'CreateProcessingJob', kind: 'lost-response' });
    const job = await harness.makeJob('once', NOTHING);
    const handle = await platform.submit(job);
    await expect(reopen().submit(job)).resolves.toEqual(handle);
    expect(handle.id).toBe(`processing-job/${jobName(job.stage, job.key)}`);
    const state = await untilOver(reopen(), handle, REMOTE_PATIENCE);
    const hours = expect.any(Number) as unknown;
    expect(state).toMatchObject({ kind: 'exited', usage: { instanceHours: { 'ml.m6i.xlarge': hours } } });
    await expect(storage.stat(`${job.jobDirUri}/_result.json`)).resolves.toBeDefined();
    await expect(madeOf(harness.aws, job)).resolves.toEqual({ made: 1, starts: 1 });
    await eventually(async () => {
      expect(await platform.logs(handle, 2 ** 20)).toContain('did nothing');
    }, REMOTE_PATIENCE);
  });

  test('the log of a job is followed from the wait for its machine to its last word', async () => {
    const { notes } = await followToTheEnd({ ...harness, isLive: true });
    expect(notes[0]).toMatch(/; it will be at https:.*cloudwatch.*tempered-speaks-/);
  });

  test('a service that refuses ten times for want of patience is asked until it takes the job, once', async () => {
    const { aws, platform } = harness;
    await aws.fail({
      service: 'sagemaker',
      operation: 'CreateProcessingJob',
      error: 'ThrottlingException',
      message: 'Rate exceeded',
      times: 10,
    });
    const job = await harness.makeJob('throttled', NOTHING);
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
    await expect(madeOf(harness.aws, job)).resolves.toEqual({ made: 1, starts: 1 });
  });

  test('a job that the kernel kills for memory has run out of it, and the next instance has room', async () => {
    const { platform } = harness;
    const small = await harness.makeJob('hungry', holdsMib(600));
    const failed = await untilOver(platform, await platform.submit(small), REMOTE_PATIENCE);
    expect(failed).toMatchObject({
      kind: 'failed',
      evidence: { engine: 'sagemaker', reason: expect.stringContaining('instance type with more memory') as unknown },
    });
    expect(verdictOf(failed)).toBe('out-of-memory');
    const next = platform.sizes?.find(({ memoryBytes }) => memoryBytes > small.resources.memoryBytes);
    expect(next?.memoryBytes).toBe(32 * GIB);
    const large = await harness.makeJob('hungry', holdsMib(600), {
      key: 'test/hungry-1a2b3c4d-a2',
      resources: { ...small.resources, memoryBytes: 32 * GIB },
    });
    await expect(untilOver(platform, await platform.submit(large), REMOTE_PATIENCE)).resolves.toMatchObject({
      kind: 'exited',
    });
  });

  test.each([
    {
      given: 'an exit code of 137 that nobody asked for',
      fault: { kind: 'bare-exit-137' },
      source: SPEAKS + holdsMib(600),
      then: { kind: 'out-of-memory', certainty: 'probable', region: 'host' },
    },
    {
      given: 'a machine that is taken',
      fault: { kind: 'preempt', afterSeconds: 2 },
      source: SPEAKS + RUNS_ON,
      then: { kind: 'lost', region: null },
    },
    {
      given: 'a log that is not there yet',
      fault: { kind: 'late-log', afterSeconds: 3 },
      source: DIES_WITH_A_WORD,
      then: { kind: 'out-of-memory', region: 'host' },
    },
  ])('a job that ends with $given is judged: $then.kind', async ({ fault, source, then }) => {
    const { aws, platform } = harness;
    await aws.fail({ service: 'sagemaker', operation: 'CreateProcessingJob', ...fault });
    const job = await harness.makeJob(fault.kind, source);
    const state = await untilOver(platform, await platform.submit(job), REMOTE_PATIENCE);
    expect(state.kind === 'failed' && classify(state.evidence)).toMatchObject(then);
  });

  test('a Ray stage is a training job; two without a machine are no memory failure, and each next one has another type', async () => {
    const { aws, platform, storage } = harness;
    await aws.fail({ service: 'sagemaker', operation: 'CreateTrainingJob', kind: 'capacity', times: 2 });
    const types: unknown[] = [];
    for (const number of [1, 2, 3]) {
      const key = `test/search-1a2b3c4d-a${String(number)}`;
      const job = await harness.makeJob('search', NOTHING, { key, engine: 'ray' });
      const handle = await platform.submit(job);
      const state = await untilOver(platform, handle, REMOTE_PATIENCE);
      const name = jobName(job.stage, key);
      const { ResourceConfig } = await client.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
      types.push([ResourceConfig?.InstanceType, verdictOf(state), billedTypes(state)]);
      const verdict = { kind: verdictOf(state), certainty: 'definite', region: null, evidence: [] };
      const decision = { kind: 'retry', attempt: { because: 'no machine' } };
      await storage.write(`${job.jobDirUri}/${OUTCOME_FILE}`, JSON.stringify({ kind: 'failed', verdict, decision }));
    }
    expect(types).toEqual([
      ['ml.m6i.xlarge', 'capacity', []],
      ['ml.m7i.xlarge', 'capacity', []],
      ['ml.m6i.xlarge', 'exited', ['ml.m6i.xlarge']],
    ]);
  });

  test('a job that is stopped while its machine is still prepared never begins; one that runs ends', async () => {
    const { platform } = harness;
    const early = await harness.makeJob('early', RUNS_ON);
    const handle = await platform.submit(early);
    await platform.stop(handle, 'cancel');
    await expect(platform.poll(handle)).resolves.toMatchObject({ evidence: { stopRequested: 'cancel' } });
    await expect(madeOf(harness.aws, early)).resolves.toMatchObject({ made: 1 });

    const running = await platform.submit(await harness.makeJob('running', RUNS_ON));
    await eventually(async () => {
      const state = await platform.poll(running);
      return state.kind === 'running' && state.progress?.done === 3;
    }, REMOTE_PATIENCE);
    expect(await callsAnHour(harness.aws, platform, running)).toBeLessThanOrEqual(150);
    await platform.stop(running, 'timeout');
    await expect(platform.poll(running)).resolves.toMatchObject({ evidence: { stopRequested: 'timeout' } });
    const left = (await harness.aws.jobs()).filter(({ state }) => state === 'InProgress' || state === 'Stopping');
    expect(left).toEqual([]);
  });

  test('a worker that died after its submit leaves a job that the next one finds by its name, also to stop it', async () => {
    const { platform, storage, reopen } = harness;
    const job = await harness.makeJob('orphan', RUNS_ON);
    const handle = await platform.submit(job);
    await storage.remove(`${job.jobDirUri}/_submitted.json`); // as if it had died before it could note the id
    await expect(reopen().submit(job)).resolves.toEqual(handle);
    await storage.remove(`${job.jobDirUri}/_submitted.json`);
    await reopen().stop({ ...handle, id: job.key }, 'cancel');
    await expect(platform.poll(handle)).resolves.toMatchObject({ evidence: { stopRequested: 'cancel' } });
    await expect(madeOf(harness.aws, job)).resolves.toMatchObject({ made: 1 });
  });

  test("a job of somebody else's under the same name is neither taken for ours nor touched", async () => {
    const { platform, profile } = harness;
    const job = await harness.makeJob('foreign', NOTHING);
    await client.send(
      new CreateProcessingJobCommand({
        ProcessingJobName: jobName(job.stage, job.key),
        RoleArn: profile.role,
        AppSpecification: { ImageUri: profile.image, ContainerEntrypoint: ['true'] },
        ProcessingResources: {
          ClusterConfig: { InstanceType: 'ml.m6i.xlarge', InstanceCount: 1, VolumeSizeInGB: 30 },
        },
      }),
    );
    await expect(platform.submit(job)).rejects.toMatchObject({
      code: 'WRONG_INPUT',
      message: expect.stringContaining(jobName(job.stage, job.key)) as unknown,
    });
  });

  test.each([
    { given: 'a role that cannot be assumed', fault: { kind: 'unassumable-role' }, then: 'WRONG_INPUT' },
    { given: 'credentials that have expired', fault: { kind: 'expired', times: 20 }, then: 'PLATFORM_UNAVAILABLE' },
  ])('$given -> $then, and no job', async ({ fault, then }) => {
    const job = await harness.makeJob(fault.kind, NOTHING);
    await harness.aws.fail({ service: 'sagemaker', operation: 'CreateProcessingJob', ...fault });
    const error = await harness.platform.submit(job).catch((caught: unknown) => caught);
    await harness.aws.forgetFaults();
    expect(error).toBeInstanceOf(TemperedError);
    expect(error).toMatchObject({ code: then });
    await expect(madeOf(harness.aws, job)).resolves.toEqual({ made: 0, starts: 0 });
  });

  test('credentials that expire while a job runs stop neither the job nor the run', async () => {
    const { aws, platform } = harness;
    const handle = await platform.submit(await harness.makeJob('outlives', NOTHING));
    await aws.fail({ service: 'sagemaker', kind: 'expired' });
    await expect(platform.poll(handle)).rejects.toMatchObject({
      code: 'PLATFORM_UNAVAILABLE',
      message: expect.stringContaining('credentials') as unknown,
    });
    await expect(untilOver(platform, handle, REMOTE_PATIENCE)).resolves.toMatchObject({ kind: 'exited' });
  });

  test('a quota of zero ends the attempt by its own word', async () => {
    const { aws, platform } = harness;
    await aws.fail({ service: 'sagemaker', operation: 'CreateProcessingJob', kind: 'quota' });
    const handle = await platform.submit(await harness.makeJob('quota', NOTHING));
    const state = await platform.poll(handle);
    expect(verdictOf(state)).toBe('capacity');
    expect(state).toMatchObject({ evidence: { reason: expect.stringContaining('ResourceLimitExceeded') as unknown } });
  });
});

function billedTypes(state: JobState): readonly string[] {
  const usage = state.kind === 'exited' || state.kind === 'failed' ? state.usage : undefined;
  return Object.keys(usage?.instanceHours ?? {});
}
