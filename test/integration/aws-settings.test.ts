import { DescribeClusterCommand, EMRClient, RunJobFlowCommand, TerminateJobFlowsCommand } from '@aws-sdk/client-emr';
import {
  CreateApplicationCommand,
  DeleteApplicationCommand,
  EMRServerlessClient,
  GetApplicationCommand,
} from '@aws-sdk/client-emr-serverless';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { ListEndpointConfigsCommand, ListModelsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JobSpec } from '../../contracts/job.js';
import type { ModelRef } from '../../contracts/refs.js';
import { AwsProfile, EmrProfile, EmrServerlessProfile } from '../../contracts/platform-profiles.js';
import { openEmr } from '../../platforms/emr/platform.js';
import { openEmrServerless } from '../../platforms/emr-serverless/platform.js';
import type { Finding } from '../../platforms/finding.js';
import type { Platform } from '../../platforms/platform.js';
import { classify } from '../../recovery/classify.js';
import { SageMakerEndpoints } from '../../serving/sagemaker/sagemaker-endpoints.js';
import { projectRoot } from '../../settings/home.js';
import { openStorage } from '../../storage/index.js';
import { untilOver } from '../contracts/platform.js';
import { type SageMakerHarness, withSageMaker } from '../contracts/sagemaker-harness.js';
import { eventually } from '../harness/eventually.js';
import { heldOpen } from '../harness/held-open.js';

/** A cluster starts and ends again, on a busy machine. */
const PATIENCE = { withinMs: 60_000, everyMs: 200 };

const OTHER_ACCOUNT = '999999999999';
const MODEL: ModelRef = {
  kind: 'model',
  name: 'salary',
  sha256: 'a'.repeat(64),
  uri: 's3://tempered-data/root/models/salary',
  candidateSha256: 'b'.repeat(64),
};

describe('settings of tempered.json that AWS knows to be wrong', () => {
  let harness: SageMakerHarness;
  let serverlessClient: EMRServerlessClient;
  let emrClient: EMRClient;
  let close = (): Promise<void> => Promise.resolve();
  beforeAll(async () => {
    ({ value: harness, close } = await heldOpen<SageMakerHarness>((use) => withSageMaker({ factor: 32 }, use)));
    serverlessClient = new EMRServerlessClient(harness.aws.client);
    emrClient = new EMRClient(harness.aws.client);
    await makeBucketElsewhere();
    await makeBucketOfSomebodyElse();
  });
  afterAll(async () => {
    serverlessClient.destroy();
    emrClient.destroy();
    await close();
  });

  async function makeBucketElsewhere(): Promise<void> {
    const s3 = new S3Client({ ...harness.aws.client, region: 'us-west-2', forcePathStyle: true });
    await s3.send(
      new CreateBucketCommand({
        Bucket: 'far-away',
        CreateBucketConfiguration: { LocationConstraint: 'us-west-2' },
      }),
    );
    s3.destroy();
  }

  async function makeBucketOfSomebodyElse(): Promise<void> {
    const answer = await fetch(`${harness.aws.endpoint}/of-others`, {
      method: 'PUT',
      headers: { 'x-moto-account-id': OTHER_ACCOUNT },
      body: '<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>',
    });
    expect(answer.status).toBe(200);
  }

  function places(aws: object = {}) {
    const { storage, awsProfile } = harness;
    const patience = { logMs: 1_000, stopMs: 100, claimMs: 10_000 };
    return { aws: AwsProfile.parse({ ...awsProfile, ...aws }), storage, projectRoot, patience };
  }

  function emr(create: object = {}, instanceTypes = ['m6i.xlarge']): Platform {
    const role = `arn:aws:iam::${harness.aws.account}:role/emr`;
    const described = { serviceRole: role, instanceProfile: 'nodes', ...create };
    return openEmr(EmrProfile.parse({ create: described, instanceTypes }), places());
  }

  function serverless(change: object = {}, aws: object = {}): Platform {
    const executionRole = `arn:aws:iam::${harness.aws.account}:role/jobs`;
    const profile = EmrServerlessProfile.parse({ applicationId: '00f0000000000000', executionRole, ...change });
    return openEmrServerless(profile, places(aws));
  }

  /** @returns its id, when it takes job runs, or would */
  async function makeApplication(name: string, autoStart = true): Promise<string> {
    const { applicationId = '' } = await serverlessClient.send(
      new CreateApplicationCommand({
        releaseLabel: 'emr-7.13.0',
        type: 'SPARK',
        clientToken: name,
        autoStartConfiguration: { enabled: autoStart },
      }),
    );
    await eventually(async () => {
      const { application } = await serverlessClient.send(new GetApplicationCommand({ applicationId }));
      return application?.state === 'CREATED';
    }, PATIENCE);
    return applicationId;
  }

  /** @returns the id of a cluster that somebody made by hand */
  async function makeCluster(): Promise<string> {
    const { JobFlowId: id = '' } = await emrClient.send(
      new RunJobFlowCommand({
        Name: 'given',
        ReleaseLabel: 'emr-7.13.0',
        Applications: [{ Name: 'Spark' }],
        LogUri: 's3://tempered-data/given/',
        ServiceRole: `arn:aws:iam::${harness.aws.account}:role/emr`,
        JobFlowRole: 'nodes',
        Instances: { MasterInstanceType: 'm6i.xlarge', InstanceCount: 1, KeepJobFlowAliveWhenNoSteps: true },
      }),
    );
    return id;
  }

  async function failures(platform: Platform): Promise<readonly Finding[]> {
    return ((await platform.check?.()) ?? []).filter(({ verdict }) => verdict === 'fail');
  }

  test.each([
    {
      given: 'in another region',
      bucket: 'far-away',
      says: /lies in region us-west-2, and was asked for in eu-central-1; set aws\.region to "us-west-2"/,
      field: 'aws.region',
    },
    {
      given: 'of somebody else',
      bucket: 'of-others',
      says: /access to the bucket of-others is denied: it belongs to somebody else/,
      field: 'storage.root',
    },
    {
      given: 'that is not there',
      bucket: 'nowhere-at-all',
      says: /the bucket nowhere-at-all does not exist; create it, or set another storage\.root/,
      field: 'storage.root',
    },
  ])('a storage in a bucket $given is refused by the first look at it', async ({ bucket, says, field }) => {
    const storage = openStorage(`s3://${bucket}/root`, [], { region: harness.aws.region });
    await expect(storage.stat(storage.root)).rejects.toMatchObject({
      code: 'WRONG_INPUT',
      message: expect.stringMatching(says) as unknown,
      details: { field },
    });
  });

  test('logs in a bucket of somebody else, and an application that is not there, are found before any job', async () => {
    const found = await failures(serverless({}, { logs: 's3://of-others/logs' }));
    expect(found).toMatchObject([
      { found: expect.stringMatching(/00f0000000000000.*it is not there/) as unknown },
      {
        name: 'logs in s3://of-others/logs',
        found: expect.stringMatching(/bucket of-others is denied.*set another aws\.logs/) as unknown,
      },
    ]);
  });

  test('a release and a type that EMR does not have are found before a cluster is made', async () => {
    await expect(failures(emr())).resolves.toEqual([]);
    await expect(failures(emr({ releaseLabel: 'emr-7.99.0' }))).resolves.toMatchObject([
      {
        found: expect.stringContaining('emr.create.releaseLabel: found "emr-7.99.0", allowed is a release') as unknown,
      },
    ]);
    await expect(failures(emr({}, ['m6i.xlarge', 'm9z.xlarge']))).resolves.toMatchObject([
      {
        found: expect.stringMatching(
          /emr\.instanceTypes: found "m9z\.xlarge", allowed is .*as c5\.\d*xlarge/,
        ) as unknown,
      },
    ]);
    const job = await sparkJob('unreleased');
    await expect(emr({ releaseLabel: 'emr-7.99.0' }).submit(job)).rejects.toMatchObject({
      code: 'WRONG_INPUT',
      details: { field: 'emr.create.releaseLabel' },
    });
    expect((await harness.aws.calls()).client).not.toHaveProperty('emr:RunJobFlow');
  });

  test('whoever may not ask EMR what it has is told so, and may go on', async () => {
    await harness.aws.fail({ service: 'emr', operation: 'ListSupportedInstanceTypes', kind: 'access-denied' });
    await expect(emr().check?.()).resolves.toMatchObject([
      { verdict: 'warn', remedy: expect.stringContaining('elasticmapreduce:ListSupportedInstanceTypes') as unknown },
    ]);
  });

  test('a role of another account is named by its field, and no job is left', async () => {
    const role = `arn:aws:iam::${OTHER_ACCOUNT}:role/jobs`;
    const job = await harness.makeJob('foreign-role', 'pass');
    await expect(harness.reopen({ role }).submit(job)).rejects.toMatchObject({
      code: 'WRONG_INPUT',
      details: { field: 'sagemaker.role' },
    });
    const applicationId = await makeApplication('tests');
    await expect(
      serverless({ applicationId, executionRole: role }).submit(await sparkJob('foreign-spark-role')),
    ).rejects.toMatchObject({ code: 'WRONG_INPUT', details: { field: 'emrServerless.executionRole' } });
    const jobs = (await harness.aws.jobs()).filter(({ kind }) => kind === 'job-run' || kind === 'processing-job');
    expect(jobs).toEqual([]);
  });

  test('a cluster that cannot assume its role ends the job with its own words, which no size can help', async () => {
    const platform = emr({ serviceRole: `arn:aws:iam::${OTHER_ACCOUNT}:role/emr` });
    const handle = await platform.submit(await sparkJob('unassumed'));
    const state = await untilOver(platform, handle, PATIENCE);
    if (state.kind !== 'failed') throw new Error(`the job is ${state.kind}`);
    expect(state.evidence.reason).toMatch(/^launch-failed: the cluster j-\w+ ended: VALIDATION_ERROR: .*role/);
    expect(classify(state.evidence)).toMatchObject({ kind: 'bug', certainty: 'definite' });
  });

  describe('an application', () => {
    const field = 'emrServerless.applicationId';

    test('that is not there is named with its region', async () => {
      const platform = serverless({ applicationId: '00f0unknown0app' });
      await expect(platform.submit(await sparkJob('unknown-application'))).rejects.toMatchObject({
        code: 'WRONG_INPUT',
        message: expect.stringMatching(/00f0unknown0app.*eu-central-1.*not there/) as unknown,
        details: { field },
      });
    });

    test('that is not started, and does not start by itself, is named with the command that starts it', async () => {
      const applicationId = await makeApplication('manual', false);
      await expect(serverless({ applicationId }).submit(await sparkJob('unstarted'))).rejects.toMatchObject({
        code: 'WRONG_INPUT',
        message: expect.stringContaining(`${applicationId} is not started`) as unknown,
        details: { field, advice: expect.stringContaining('start-application') as unknown },
      });
    });

    test('that is gone takes no jobs', async () => {
      const applicationId = await makeApplication('gone');
      await serverlessClient.send(new DeleteApplicationCommand({ applicationId }));
      await expect(serverless({ applicationId }).submit(await sparkJob('gone'))).rejects.toMatchObject({
        code: 'WRONG_INPUT',
        message: expect.stringContaining(`${applicationId} is terminated`) as unknown,
        details: { field },
      });
    });
  });

  describe('a cluster that is given', () => {
    const open = (clusterId: string) => openEmr(EmrProfile.parse({ clusterId }), places());
    const refused = (found: string) => ({
      code: 'WRONG_INPUT',
      message: expect.stringContaining(found) as unknown,
      details: { field: 'emr.clusterId' },
    });

    test('and not there is named', async () => {
      const submit = open('j-UNKNOWN').submit(await sparkJob('unknown-cluster'));
      await expect(submit).rejects.toMatchObject(refused('j-UNKNOWN'));
    });

    test('takes no step when it has ended since it was looked at, nor when it had ended before', async () => {
      const id = await makeCluster();
      const looked = open(id);
      await expect(looked.check()).resolves.toMatchObject([{ verdict: 'ok' }]);
      await emrClient.send(new TerminateJobFlowsCommand({ JobFlowIds: [id] }));
      await eventually(async () => {
        const { Cluster: cluster } = await emrClient.send(new DescribeClusterCommand({ ClusterId: id }));
        return cluster?.Status?.State === 'TERMINATED';
      }, PATIENCE);
      for (const platform of [looked, open(id)]) {
        await expect(platform.submit(await sparkJob('ended'))).rejects.toMatchObject(refused(id));
      }
      const steps = (await harness.aws.jobs()).filter(({ kind, name }) => kind === 'step' && name.includes('ended'));
      expect(steps).toEqual([]);
    });
  });

  test('an endpoint on a type that there is not is refused by the field, and leaves nothing of it', async () => {
    const { awsProfile, profile, aws } = harness;
    const hosts = new SageMakerEndpoints({
      aws: awsProfile,
      profile: { ...profile, endpointInstanceType: 'ml.m9z.large' },
      pauseMs: 100,
    });
    await expect(hosts.deploy({ name: 'no-such-type', model: MODEL })).rejects.toMatchObject({
      code: 'WRONG_INPUT',
      message: expect.stringContaining('sagemaker.endpointInstanceType: found "ml.m9z.large"') as unknown,
      details: { field: 'sagemaker.endpointInstanceType' },
    });
    const client = new SageMakerClient(aws.client);
    await expect(client.send(new ListModelsCommand({}))).resolves.toMatchObject({ Models: [] });
    await expect(client.send(new ListEndpointConfigsCommand({}))).resolves.toMatchObject({ EndpointConfigs: [] });
    client.destroy();
  });

  function sparkJob(name: string): Promise<JobSpec> {
    const resources = { memoryBytes: 4 * 2 ** 30, cpus: 1, diskBytes: 0 };
    return harness.makeJob(name, 'pass', { engine: 'spark', resources });
  }
});
