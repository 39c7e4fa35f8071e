import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import type { JobSpec } from '../../contracts/job.js';
import { submissionIdOf } from './submission-id.js';
import { submissionOf } from './submission.js';

const MIB = 2 ** 20;
const job: JobSpec = {
  key: "salary it's/tune-1a2b3c4d-a1",
  stage: 'tune',
  engine: 'ray',
  entry: 'jobs/ray/tune.py',
  jobDirUri: "file:///data/50%25%20it's/_work/x",
  resources: { memoryBytes: 512 * MIB, cpus: 2, diskBytes: 0 },
  settings: {},
};
const code = { projectRoot: '/srv/tempered', python: '/srv/tempered/.venv/bin/python' };

describe('what Ray is asked for', () => {
  test('has one id for one key, fit for a URL', () => {
    expect(submissionIdOf(job.key)).toMatch(/^tempered-tune-1a2b3c4d-a1-[0-9a-f]{16}$/);
    expect(submissionOf(job, code).submission_id).toBe(submissionIdOf(job.key));
    expect(submissionIdOf('Salary/tune-1a2b3c4d-a1')).not.toBe(submissionIdOf('salary/tune-1a2b3c4d-a1'));
  });

  test('is a command that a shell reads as the program and its one argument', () => {
    const { entrypoint } = submissionOf(job, { ...code, python: 'echo' });
    const said = execFileSync('/bin/sh', ['-c', entrypoint.replace('exec ', '')], { encoding: 'utf8' });
    expect(said).toBe(`/srv/tempered/jobs/ray/tune.py ${job.jobDirUri}/job.json\n`);
  });

  test('reserves the memory, and CPUs only for a program that computes by itself', () => {
    expect(submissionOf(job, code)).toMatchObject({ entrypoint_memory: 512 * MIB, entrypoint_num_cpus: 0 });
    expect(submissionOf({ ...job, engine: 'python' }, code)).toMatchObject({ entrypoint_num_cpus: 2 });
  });

  test('finds our code, and behind it the folder of a job of a user of ours', () => {
    const paths = (entry: string) => submissionOf({ ...job, entry }, code).runtime_env.env_vars['PYTHONPATH'];
    expect(paths(job.entry)).toBe('/srv/tempered');
    expect(paths('/home/ann/rain/job.py')).toBe('/srv/tempered:/home/ann/rain');
  });
});
