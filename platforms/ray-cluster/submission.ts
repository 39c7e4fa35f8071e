import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { JOB_FILES, type JobSpec } from '../../contracts/job.js';
import { NOTES } from '../aws/remote-job-folder.js';
import type { RaySubmission } from './jobs-api.js';
import { submissionIdOf } from './submission-id.js';

/** Where the code and the Python of the cluster are. */
export interface ClusterCode {
  /** Folder that holds `jobs/`, as the nodes of the cluster see it. */
  readonly projectRoot: string;
  /** Program that runs the jobs, as the nodes see it. */
  readonly python: string;
}

/** A stop that was asked for before the job began: its program is never started. What a shell says of a program ended by SIGTERM. */
const EXIT_STOPPED = 143;

/**
 * What Ray is asked to run. The job's folder is on a disk that the cluster shares, so the program is started there as it is on one
 * machine, and Ray's processes import its code by the same path.
 *
 * The memory is reserved on the node that runs the program, so that two jobs do not count on the same bytes. CPUs are reserved
 * only for a program that computes by itself: the trials of a Ray program ask for theirs, and would wait for ever for those it holds.
 * @param job its `jobDirUri` is a file URI
 */
export function submissionOf(job: JobSpec, { projectRoot, python }: ClusterCode): RaySubmission {
  const folder = decodeURIComponent(new URL(job.jobDirUri).pathname);
  const isOwn = isAbsolute(job.entry);
  const entry = isOwn ? job.entry : join(projectRoot, job.entry);
  const run = [python, entry, `${job.jobDirUri}/${JOB_FILES.spec}`].map(quoted).join(' ');
  return {
    submission_id: submissionIdOf(job.key),
    entrypoint: `test ! -e ${quoted(join(folder, NOTES.stop))} || exit ${String(EXIT_STOPPED)}; exec ${run}`,
    runtime_env: {
      env_vars: { PYTHONPATH: [projectRoot, ...(isOwn ? [dirname(entry)] : [])].join(delimiter) },
    },
    metadata: { jobKey: job.key, stage: job.stage, engine: job.engine },
    entrypoint_memory: job.resources.memoryBytes,
    entrypoint_num_cpus: job.engine === 'ray' ? 0 : job.resources.cpus,
  };
}

/** A text as one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
