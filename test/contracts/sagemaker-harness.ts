import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobFile, JobSpec } from '../../contracts/job.js';
import { AwsProfile, SageMakerProfile } from '../../contracts/platform-profiles.js';
import type { Platform } from '../../platforms/platform.js';
import { openSageMaker } from '../../platforms/sagemaker/platform.js';
import { projectRoot } from '../../settings/home.js';
import { openStorage } from '../../storage/index.js';
import { layout } from '../../storage/layout.js';
import type { Storage } from '../../storage/storage.js';
import { type FakeAws, type FakeAwsOptions, withFakeAws } from '../harness/fake-aws.js';

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
  /** Writes `job.json` and a program `main(job)`, which ends well unless it raises. */
  readonly makeJob: (name: string, main: string, change?: Partial<JobSpec>) => Promise<JobSpec>;
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
      const makeJob: SageMakerHarness['makeJob'] = async (name, main, change = {}) => {
        const key = change.key ?? `test/${name}-1a2b3c4d-a1`;
        const entry = join(folder, `${name}.py`);
        writeFileSync(entry, program(main));
        const job: JobSpec = {
          key,
          stage: name,
          engine: 'python',
          entry,
          jobDirUri: layout.work(storage, key),
          resources: { memoryBytes: 16 * GIB, cpus: 4, diskBytes: GIB },
          settings: {},
          ...change,
        };
        await storage.write(`${job.jobDirUri}/job.json`, JSON.stringify(jobFile(storage, job)));
        return job;
      };
      return use({ aws, awsProfile, profile, storage, platform: reopen(), reopen, makeJob });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function jobFile(storage: Storage, job: JobSpec): JobFile {
  return {
    version: 1,
    jobKey: job.key,
    stage: job.stage,
    params: {},
    inputs: {},
    output: `${job.jobDirUri}/output`,
    scratch: layout.scratch(storage, job.stage, '1a2b3c4d'),
    resources: job.resources,
    settings: job.settings,
    salvage: 'nothing',
  };
}

function program(main: string): string {
  const body = main
    .trim()
    .split('\n')
    .map((line) => `    ${line}`);
  return [
    'import os, sys, time',
    'from jobs.lib.contract import InvalidInput, Result, run_job',
    'def main(job):',
    ...body,
    '    return Result(outputs={}, rows_in=0, rows_out=0)',
    'if __name__ == "__main__":',
    '    run_job(main, engine="python")',
    '',
  ].join('\n');
}
