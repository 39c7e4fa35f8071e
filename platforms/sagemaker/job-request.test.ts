import { describe, expect, test } from '@jest/globals';
import { AwsProfile, SageMakerProfile } from '../../contracts/platform-profiles.js';
import type { RemoteJob } from '../aws/remote-service.js';
import { hostsOf, OWN_MARK, processingRequest, trainingRequest } from './job-request.js';
import { chooseType, sizeClasses } from './sizes.js';

const GIB = 2 ** 30;
const aws = AwsProfile.parse({ region: 'eu-central-1', tags: { team: 'air' } });
const profile = SageMakerProfile.parse({
  role: 'arn:aws:iam::123456789012:role/tempered-jobs',
  image: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/tempered:1',
  rayHosts: 2,
  subnets: ['subnet-0a'],
  securityGroups: ['sg-0b'],
  timeoutMinutes: 40_000,
});
const resources = { memoryBytes: 64 * GIB, cpus: 8, diskBytes: 10 * GIB };
const job: RemoteJob = {
  spec: {
    key: 'run/tune-1a2b3c4d-a1',
    stage: 'tune',
    engine: 'ray',
    entry: 'jobs/ray/tune.py',
    jobDirUri: 's3://bucket/data/_work/run/tune-1a2b3c4d-a1',
    resources,
    settings: {},
  },
  name: 'tempered-tune-0123456789abcdef',
  code: {
    zipUri: 's3://bucket/data/_code/ab.zip',
    bootstrapUri: 's3://bucket/data/_code/ab/bootstrap.py',
    entry: 'jobs/ray/tune.py',
  },
  jobUri: 's3://bucket/data/_work/run/tune-1a2b3c4d-a1/job.json',
  alive: () => undefined,
};
const plan = { job, type: chooseType(sizeClasses(), resources, 0), aws, profile };

/** What both kinds say in their own places. */
const ARGUMENTS = ['--code', job.code.zipUri, '--entry', job.code.entry, '--job', job.jobUri, '--work'];

describe('the request of a job', () => {
  test('of training runs the bootstrap that the service brings, on all hosts, in the network of the profile', () => {
    const request = trainingRequest(plan);
    expect(request).toMatchObject({
      TrainingJobName: job.name,
      AlgorithmSpecification: {
        ContainerEntrypoint: ['python3', '/opt/ml/input/data/tempered/bootstrap.py'],
        ContainerArguments: [...ARGUMENTS, '/opt/ml/work'],
      },
      ResourceConfig: { InstanceType: 'ml.r7i.2xlarge', InstanceCount: 2, VolumeSizeInGB: 40 },
      StoppingCondition: { MaxRuntimeInSeconds: 2_400_000 },
      VpcConfig: { Subnets: ['subnet-0a'], SecurityGroupIds: ['sg-0b'] },
    });
    expect(request.InputDataConfig?.[0]?.DataSource?.S3DataSource?.S3Uri).toBe('s3://bucket/data/_code/ab/');
    expect(request.Tags).toEqual([
      { Key: 'team', Value: 'air' },
      { Key: 'tempered:job', Value: job.name },
    ]);
  });

  test('of processing runs it on one machine, for nine days at most', () => {
    expect(processingRequest(plan)).toMatchObject({
      AppSpecification: {
        ContainerEntrypoint: ['python3', '/opt/ml/processing/input/tempered/bootstrap.py'],
        ContainerArguments: [...ARGUMENTS, '/opt/ml/processing/work'],
      },
      ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.r7i.2xlarge' } },
      StoppingCondition: { MaxRuntimeInSeconds: 777_600 },
      NetworkConfig: { VpcConfig: { Subnets: ['subnet-0a'] } },
    });
  });

  test('carries a mark of its key, another for another key', () => {
    const other = { ...job, spec: { ...job.spec, key: 'run/tune-1a2b3c4d-a2' } };
    const mark = trainingRequest(plan).Environment?.[OWN_MARK];
    expect(mark).toMatch(/^[0-9a-f]{64}$/);
    expect(processingRequest(plan).Environment?.[OWN_MARK]).toBe(mark);
    expect(trainingRequest({ ...plan, job: other }).Environment?.[OWN_MARK]).not.toBe(mark);
  });

  test('is on as many machines as are billed', () => {
    expect(hostsOf(profile, 'training-job')).toBe(2);
    expect(hostsOf(profile, 'processing-job')).toBe(1);
  });

  test('with an argument longer than the service takes is refused, and says which', () => {
    const jobUri = `s3://bucket/${'x'.repeat(260)}/job.json`;
    expect(() => trainingRequest({ ...plan, job: { ...job, jobUri } })).toThrow(/longer than 256 characters: s3:/);
  });
});
