import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import type { JobSpec } from '../../contracts/job.js';
import { startFromPackage, startOnSharedDisk } from './job-start.js';
import { submissionIdOf } from './submission-id.js';

const job: JobSpec = {
  key: "salary it's/tune-1a2b3c4d-a1",
  stage: 'tune',
  engine: 'ray',
  entry: 'jobs/ray/tune.py',
  jobDirUri: "file:///data/50%25%20it's/_work/x",
  resources: { memoryBytes: 2 ** 29, cpus: 2, diskBytes: 0 },
  settings: {},
};

/** What the program is given, said by a shell that reads the command as Ray's does. */
function argumentsOf(entrypoint: string): string {
  return execFileSync('/bin/sh', ['-c', entrypoint.replace('exec ', '')], { encoding: 'utf8' });
}

describe('a job on a disk that the nodes share', () => {
  const code = { kind: 'shared', projectRoot: '/srv/tempered', python: 'echo' } as const;

  test('is the program and its one argument', () => {
    const said = argumentsOf(startOnSharedDisk(job, code).entrypoint);
    expect(said).toBe(`/srv/tempered/jobs/ray/tune.py ${job.jobDirUri}/job.json\n`);
  });

  test('finds our code, and behind it the folder of a job of a user of ours', () => {
    const paths = (entry: string) => startOnSharedDisk({ ...job, entry }, code).runtime_env.env_vars?.['PYTHONPATH'];
    expect(paths(job.entry)).toBe('/srv/tempered');
    expect(paths('/home/ann/rain/job.py')).toBe('/srv/tempered:/home/ann/rain');
  });
});

describe('a job in S3', () => {
  const inS3 = { ...job, jobDirUri: "s3://bucket/50%25%20it's/_work/x" };
  const sent = { uri: 'gcs://_ray_pkg_0a1b.zip', entry: 'jobs/ray/tune.py' };
  const start = startFromPackage(inS3, { python: 'echo', work: '/mnt/jobs' }, sent);

  test('is the mirror with the program, the job and a folder of its own', () => {
    expect(argumentsOf(start.entrypoint)).toBe(
      `-m jobs.remote.run --entry jobs/ray/tune.py --job ${inS3.jobDirUri}/job.json --work /mnt/jobs/${submissionIdOf(job.key)}\n`,
    );
  });

  test('has its code on every node, and nothing of our environment', () => {
    expect(start.runtime_env).toEqual({ working_dir: sent.uri });
  });
});
