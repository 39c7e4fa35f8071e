import type { JobSpec } from '../../contracts/job.js';
import type { RaySubmission } from './jobs-api.js';
import { submissionIdOf } from './submission-id.js';

/** How a job's program is started, and what its processes find on their nodes. */
export type JobStart = Pick<RaySubmission, 'entrypoint' | 'runtime_env'>;

/**
 * What Ray is asked to run.
 *
 * The memory is reserved on the node that runs the program, so that two jobs do not count on the same bytes. CPUs are reserved
 * only for a program that computes by itself: the trials of a Ray program ask for theirs, and would wait for ever for those it holds.
 */
export function submissionOf(job: JobSpec, start: JobStart): RaySubmission {
  return {
    submission_id: submissionIdOf(job.key),
    ...start,
    metadata: { jobKey: job.key, stage: job.stage, engine: job.engine },
    entrypoint_memory: job.resources.memoryBytes,
    entrypoint_num_cpus: job.engine === 'ray' ? 0 : job.resources.cpus,
  };
}
