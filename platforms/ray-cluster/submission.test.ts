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
  jobDirUri: 'file:///data/_work/x',
  resources: { memoryBytes: 512 * MIB, cpus: 2, diskBytes: 0 },
  settings: {},
};
const start = { entrypoint: 'exec tune', runtime_env: {} };

describe('what Ray is asked for', () => {
  test('has one id for one key, fit for a URL', () => {
    expect(submissionIdOf(job.key)).toMatch(/^tempered-tune-1a2b3c4d-a1-[0-9a-f]{16}$/);
    expect(submissionOf(job, start).submission_id).toBe(submissionIdOf(job.key));
    expect(submissionIdOf('Salary/tune-1a2b3c4d-a1')).not.toBe(submissionIdOf('salary/tune-1a2b3c4d-a1'));
  });

  test('reserves the memory, and CPUs only for a program that computes by itself', () => {
    expect(submissionOf(job, start)).toMatchObject({ entrypoint_memory: 512 * MIB, entrypoint_num_cpus: 0 });
    expect(submissionOf({ ...job, engine: 'python' }, start)).toMatchObject({ entrypoint_num_cpus: 2 });
  });
});
