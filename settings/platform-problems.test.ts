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
      given: 'a storage that jobs elsewhere do not reach',
      profile: { aws: AWS, emrServerless: SERVERLESS, platform: 'emr-serverless' },
      says: /storage\.root.*nothing.*s3:\/\/bucket\/prefix, since platform names a platform elsewhere/,
    },
  ])('are refused: $given', ({ profile, says }) => {
    expect(problemsOf(profile)).toMatch(says);
  });
});
