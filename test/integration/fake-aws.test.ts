import { expect, test } from '@jest/globals';
import {
  CreateProcessingJobCommand,
  DescribeProcessingJobCommand,
  SageMakerClient,
  type DescribeProcessingJobCommandOutput,
} from '@aws-sdk/client-sagemaker';
import { AddJobFlowStepsCommand, DescribeStepCommand, EMRClient, RunJobFlowCommand } from '@aws-sdk/client-emr';
import { eventually } from '../harness/eventually.js';
import { withFakeAws, type FakeAws } from '../harness/fake-aws.js';

/** Takes 400 MiB at once: more than an ml.m6i.xlarge has here, less than an ml.m6i.2xlarge. */
const TAKE_400_MIB = 'held = bytearray(b"x") * (400 * 2**20)';

test('an SDK client sees a processing job fail in the words of SageMaker after a real kill, and a larger instance succeed', async () => {
  await withFakeAws({}, async (aws) => {
    const sagemaker = new SageMakerClient(aws.client);
    try {
      await createJob(sagemaker, 'small', 'ml.m6i.xlarge');
      const states = new Set<string | undefined>();
      const small = await ended(sagemaker, 'small', states);
      expect(states).toContain('InProgress');
      expect(small).toMatchObject({
        ProcessingJobStatus: 'Failed',
        FailureReason:
          'ClientError: Please use an instance type with more memory, or reduce the size of job data processed on an instance.',
      });
      await createJob(sagemaker, 'large', 'ml.m6i.2xlarge');
      expect(await ended(sagemaker, 'large')).toMatchObject({ ProcessingJobStatus: 'Completed' });
      await expect(aws.jobs()).resolves.toMatchObject([
        { name: 'small', starts: 1 },
        { name: 'large', starts: 1 },
      ]);
    } finally {
      sagemaker.destroy();
    }
  });
});

test('a throttled and then lost AddJobFlowSteps has added the step once, and no process is left when the fake ends', async () => {
  const pids = await withFakeAws({ buckets: ['logs'] }, async (aws) => {
    const emr = new EMRClient({ ...aws.client, maxAttempts: 1 });
    try {
      const cluster = await createCluster(emr);
      await aws.fail({ operation: 'AddJobFlowSteps', error: 'ThrottlingException' });
      await expect(addStep(emr, cluster)).rejects.toMatchObject({ name: 'ThrottlingException' });
      await aws.fail({ operation: 'AddJobFlowSteps', kind: 'lost-response' });
      await expect(addStep(emr, cluster)).rejects.toThrow();
      const step = await runningStep(aws);
      const status = await emr.send(new DescribeStepCommand({ ClusterId: cluster, StepId: step.id }));
      expect(status.Step?.Status?.State).toBe('RUNNING');
      expect((await aws.calls()).client).toMatchObject({ 'emr:AddJobFlowSteps': 2, 'emr:RunJobFlow': 1 });
      return step.pids;
    } finally {
      emr.destroy();
    }
  });
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

async function createJob(sagemaker: SageMakerClient, name: string, instanceType: 'ml.m6i.xlarge' | 'ml.m6i.2xlarge') {
  await sagemaker.send(
    new CreateProcessingJobCommand({
      ProcessingJobName: name,
      RoleArn: 'arn:aws:iam::123456789012:role/tempered-jobs',
      AppSpecification: {
        ImageUri: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/tempered:1',
        ContainerEntrypoint: ['python3', '-c', TAKE_400_MIB],
      },
      ProcessingResources: { ClusterConfig: { InstanceType: instanceType, InstanceCount: 1, VolumeSizeInGB: 30 } },
    }),
  );
}

async function ended(
  sagemaker: SageMakerClient,
  name: string,
  seen = new Set<string | undefined>(),
): Promise<DescribeProcessingJobCommandOutput> {
  return eventually(
    async () => {
      const job = await sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: name }));
      seen.add(job.ProcessingJobStatus);
      return job.ProcessingJobStatus !== 'InProgress' && job;
    },
    { withinMs: 60_000 },
  );
}

async function createCluster(emr: EMRClient): Promise<string> {
  const made = await emr.send(
    new RunJobFlowCommand({
      Name: 'tests',
      ReleaseLabel: 'emr-7.13.0',
      LogUri: 's3://logs/emr',
      ServiceRole: 'arn:aws:iam::123456789012:role/emr',
      JobFlowRole: 'nodes',
      Instances: { MasterInstanceType: 'm6i.xlarge', InstanceCount: 1, KeepJobFlowAliveWhenNoSteps: true },
    }),
  );
  if (made.JobFlowId === undefined) throw new Error('the cluster has no id');
  return made.JobFlowId;
}

async function addStep(emr: EMRClient, cluster: string): Promise<void> {
  const jar = { Jar: 'command-runner.jar', Args: ['sleep', '600'] };
  const step = { Name: 'sleeps', ActionOnFailure: 'CONTINUE' as const, HadoopJarStep: jar };
  await emr.send(new AddJobFlowStepsCommand({ JobFlowId: cluster, Steps: [step] }));
}

async function runningStep(aws: FakeAws) {
  return eventually(
    async () => {
      const steps = (await aws.jobs()).filter((job) => job.kind === 'step');
      expect(steps).toHaveLength(1);
      const [step] = steps;
      return step !== undefined && step.pids.length > 0 && step;
    },
    { withinMs: 60_000 },
  );
}
