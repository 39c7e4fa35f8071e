import type { FakeAws } from '../harness/fake-aws.js';

/** What is data in the demo's account. */
export const BUCKET = 'tempered-demo';

/** Memory of a real machine divided by memory here: an ml.m6i.large has 8 GiB there and 128 MiB here. */
export const FACTOR = 64;

/** The stage that is given too little memory at first. */
export const TOO_SMALL = 'train';

/**
 * `tempered.json` of the demo: what a user writes for an account of one's own, but for the names in it. Every stage has a size that was
 * seen to be enough, except one.
 */
export function demoProfile({ region, account }: FakeAws, applicationId: string) {
  const role = `arn:aws:iam::${account}:role/tempered-jobs`;
  return {
    storage: { root: `s3://${BUCKET}/tempered` },
    aws: { region, logs: `s3://${BUCKET}/logs`, tags: { project: 'tempered' } },
    platform: 'sagemaker',
    endpoints: 'sagemaker',
    emrServerless: { applicationId, executionRole: role, executors: 1 },
    sagemaker: {
      role,
      image: `${account}.dkr.ecr.${region}.amazonaws.com/tempered:1`,
      instanceTypes: ['ml.m6i.large', 'ml.m6i.xlarge', 'ml.m6i.2xlarge', 'ml.r7i.2xlarge'],
      endpointInstanceType: 'ml.m6i.xlarge',
      jobs: { [TOO_SMALL]: 'training' },
    },
    stages: {
      ingest: { platform: 'emr-serverless' },
      features: { memory: '16GiB' },
      [TOO_SMALL]: { memory: '8GiB' },
      evaluate: { memory: '16GiB' },
      store: { memory: '16GiB' },
    },
  };
}
