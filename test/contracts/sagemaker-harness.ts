import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsProfile, SageMakerProfile } from '../../contracts/platform-profiles.js';
import type { Platform } from '../../platforms/platform.js';
import { openSageMaker } from '../../platforms/sagemaker/platform.js';
import { projectRoot } from '../../settings/home.js';
import { openStorage } from '../../storage/index.js';
import type { Storage } from '../../storage/storage.js';
import { type FakeAws, type FakeAwsOptions, withFakeAws } from '../harness/fake-aws.js';
import { type MakeRemoteJob, remoteJobs } from './remote-jobs.js';

const GIB = 2 ** 30;
const BUCKET = 'tempered-data';

/** SageMaker of a test's own, a storage in its S3, and jobs that really run in it. */
export interface SageMakerHarness {
  readonly aws: FakeAws;
  readonly awsProfile: AwsProfile;
  readonly profile: SageMakerProfile;
  readonly storage: Storage;
  readonly platform: Platform;
  /** A second platform object on the same jobs: what a restarted worker has. */
  readonly reopen: (change?: Partial<SageMakerProfile>) => Platform;
  readonly makeJob: MakeRemoteJob;
}

/** Runs against a fake AWS whose instances have a part of the real ones' memory. */
export async function withSageMaker<T>(
  options: FakeAwsOptions,
  use: (harness: SageMakerHarness) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tempered-sagemaker-'));
  try {
    return await withFakeAws({ buckets: [BUCKET], ...options }, async (aws) => {
      Object.assign(process.env, aws.env); // where SDK clients look
      const awsProfile = AwsProfile.parse({ region: aws.region });
      const profile = SageMakerProfile.parse({
        role: `arn:aws:iam::${aws.account}:role/tempered-jobs`,
        image: `${aws.account}.dkr.ecr.${aws.region}.amazonaws.com/tempered:1`,
      });
      const storage = openStorage(`s3://${BUCKET}/root`, [], { region: aws.region });
      const reopen = (change: Partial<SageMakerProfile> = {}) =>
        openSageMaker(
          { ...profile, ...change },
          { aws: awsProfile, storage, projectRoot, patience: { logMs: 10_000, stopMs: 100 } },
        );
      const resources = { memoryBytes: 16 * GIB, cpus: 4, diskBytes: GIB };
      const makeJob = remoteJobs({ storage, folder, resources });
      return use({ aws, awsProfile, profile, storage, platform: reopen(), reopen, makeJob });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
