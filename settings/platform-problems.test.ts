import { describe, expect, test } from '@jest/globals';
import { parseProfile } from './profile.js';

const S3 = { storage: { root: 's3://bucket/tempered' } };
const AWS = { region: 'eu-central-1' };
const SERVERLESS = {
  applicationId: '00f1abcdexample',
  executionRole: 'arn:aws:iam::123456789012:role/tempered-jobs',
};

function problemsOf(profile: object): string {
  try {
    parseProfile(profile, 'tempered.json');
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('the platforms that tempered.json names', () => {
  test('are fine when their sections and a storage that they reach are there', () => {
    const profile = { ...S3, aws: AWS, emrServerless: SERVERLESS, stages: { etl: { platform: 'emr-serverless' } } };
    expect(problemsOf(profile)).toBe('');
  });

  test.each([{}, S3])(
    'are fine when a Ray cluster has the storage on a disk that its nodes share, or in S3: %j',
    (root) => {
      const rayCluster = { address: 'http://10.0.0.5:8265', memory: '8GiB', cpus: 4 };
      expect(problemsOf({ ...root, rayCluster, platform: 'ray-cluster' })).toBe('');
    },
  );

  test.each([
    {
      given: 'a stage on a platform without its section',
      profile: { ...S3, aws: AWS, stages: { etl: { platform: 'emr' } } },
      says: /stages\.etl\.platform.*emr needs "aws" and "emr", and "emr" is missing/,
    },
    {
      given: 'all stages on a platform without any section',
      profile: { ...S3, platform: 'sagemaker' },
      says: /platform.*needs "aws" and "sagemaker", and "aws" and "sagemaker" is missing/,
    },
    {
      given: 'a platform that nobody knows',
      profile: { ...S3, stages: { etl: { platform: 'emr-serverles' } } },
      says: /stages\.etl\.platform.*emr-serverless/,
    },
    {
      given: 'an EMR cluster that is both given and made',
      profile: {
        ...S3,
        aws: AWS,
        emr: {
          clusterId: 'j-2AXXXXXXGAPLF',
          create: { serviceRole: SERVERLESS.executionRole, instanceProfile: 'nodes' },
        },
      },
      says: /emr.*both.*either clusterId, for a cluster that is there, or create/,
    },
    {
      given: 'a machine whose memory nobody can tell',
      profile: { ...S3, aws: AWS, emr: { clusterId: 'j-2AXXXXXXGAPLF', instanceTypes: ['x2gd.xlarge'] } },
      says: /emr\.instanceTypes.*x2gd\.xlarge.*families c, m or r, as m6i\.xlarge/,
    },
    {
      given: 'AWS without a region',
      profile: { ...S3, aws: {}, emrServerless: SERVERLESS },
      says: /aws\.region: found nothing, allowed is a region, as eu-central-1/,
    },
    {
      given: 'a region that is none',
      profile: { ...S3, aws: { region: 'Frankfurt' }, emrServerless: SERVERLESS },
      says: /aws\.region: found "Frankfurt", allowed is a region, as eu-central-1/,
    },
    {
      given: 'EMR Serverless without a role',
      profile: { ...S3, aws: AWS, emrServerless: { applicationId: SERVERLESS.applicationId } },
      says: /emrServerless\.executionRole: found nothing, allowed is the ARN of a role/,
    },
    {
      given: 'SageMaker without a role',
      profile: { ...S3, aws: AWS, sagemaker: { image: 'jobs' } },
      says: /sagemaker\.role: found nothing, allowed is the ARN of a role/,
    },
    {
      given: 'a name in place of a role',
      profile: { ...S3, aws: AWS, sagemaker: { image: 'jobs', role: 'jobs' } },
      says: /sagemaker\.role: found "jobs", allowed is the ARN of a role, as arn:aws:iam::/,
    },
    {
      given: 'an instance type that SageMaker rents to no job',
      profile: {
        ...S3,
        aws: AWS,
        sagemaker: { image: 'jobs', role: SERVERLESS.executionRole, instanceTypes: ['ml.t9.huge'] },
      },
      says: /sagemaker\.instanceTypes\[0\]: found "ml\.t9\.huge", allowed is an instance type of the families/,
    },
    {
      given: 'a release in words',
      profile: {
        ...S3,
        aws: AWS,
        emr: { create: { releaseLabel: 'latest', serviceRole: SERVERLESS.executionRole, instanceProfile: 'nodes' } },
      },
      says: /emr\.create\.releaseLabel: found "latest", allowed is a release, as emr-7\.13\.0/,
    },
    {
      given: 'a storage that jobs elsewhere do not reach',
      profile: { aws: AWS, emrServerless: SERVERLESS, platform: 'emr-serverless' },
      says: /storage\.root.*nothing.*s3:\/\/bucket\/prefix, since platform names a platform elsewhere/,
    },
  ])('are refused: $given', ({ profile, says }) => {
    expect(problemsOf(profile)).toMatch(says);
  });
});
