import { expect, test } from '@jest/globals';
import { AwsProfile, SageMakerProfile } from '../../../contracts/platform-profiles.js';
import type { RemoteJob } from '../../aws/remote-service.js';
import { OWN_MARK } from '../job-request.js';
import { chooseType, sizeClasses } from '../sizes.js';
import { inputList, transformModelRequest, transformRequest } from './transform-request.js';
import type { TransformPlan } from './transform-plan.js';

const GIB = 2 ** 30;
const HASH = 'a'.repeat(64);
const aws = AwsProfile.parse({ region: 'eu-central-1', tags: { team: 'air' } });
const profile = SageMakerProfile.parse({
  role: 'arn:aws:iam::123456789012:role/tempered-jobs',
  image: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/tempered:1',
  subnets: ['subnet-0a'],
  securityGroups: ['sg-0b'],
});
const resources = { memoryBytes: 64 * GIB, cpus: 8, diskBytes: GIB };
const job: RemoteJob = {
  spec: {
    ...{ key: 'run/predict-1a2b3c4d-a1', stage: 'predict', engine: 'python', entry: 'jobs/python/predict.py' },
    jobDirUri: 's3://bucket/data/_work/run/predict-1a2b3c4d-a1',
    resources,
    settings: { concurrency: 8, threads: 2, batchRows: 100_000 },
  },
  name: 'tempered-predict-0123456789abcdef',
  code: { zipUri: 's3://b/c.zip', bootstrapUri: 's3://b/c/bootstrap.py', entry: 'jobs/python/predict.py' },
  jobUri: 's3://bucket/data/_work/run/predict-1a2b3c4d-a1/job.json',
  alive: () => undefined,
};
const plan = { job, type: chooseType(sizeClasses(), resources, 0), aws, profile };
const transform: TransformPlan = {
  model: {
    kind: 'model',
    name: 'salary',
    uri: 's3://bucket/data/models/salary/a',
    sha256: HASH,
    candidateSha256: HASH,
  },
  dataset: {
    kind: 'dataset',
    uri: 's3://bucket/data/etl/k/unseen',
    manifestSha256: HASH,
    rows: 3,
    bytes: 9,
    schemaSha256: HASH,
  },
  files: ['a.parquet', 'b/c.parquet', 'd.parquet'].map((path) => ({ path, bytes: 3, sha256: HASH, rows: 1 })),
  payloadMib: 40,
};

test('a transform job sends whole files to a packed model of its own, with the levers of the attempt', () => {
  expect(transformModelRequest(plan, transform)).toMatchObject({
    ModelName: job.name,
    PrimaryContainer: { ModelDataUrl: `${job.spec.jobDirUri}/_model.tar.gz`, Environment: { TEMPERED_MODEL: HASH } },
    VpcConfig: { Subnets: ['subnet-0a'] },
  });
  const request = transformRequest(plan, transform);
  expect(request).toMatchObject({
    ModelName: job.name,
    MaxConcurrentTransforms: 2, // of eight: 100 MB under way are the limit
    MaxPayloadInMB: 40,
    Environment: { TEMPERED_BATCH_ROWS: '100000', TEMPERED_THREADS: '2' },
    TransformInput: { ContentType: 'application/x-parquet', SplitType: 'None' },
    TransformResources: { InstanceType: 'ml.r7i.2xlarge', InstanceCount: 1 },
  });
  expect(request.Environment?.[OWN_MARK]).toMatch(/^[0-9a-f]{64}$/);
  expect(request.Tags).toContainEqual({ Key: 'team', Value: 'air' });
});

test('its input is a list of the files of the data set, and nothing else that lies beside them', () => {
  expect(JSON.parse(inputList(transform))).toEqual([
    { prefix: 's3://bucket/data/etl/k/unseen/' },
    ...['a.parquet', 'b/c.parquet', 'd.parquet'],
  ]);
});
