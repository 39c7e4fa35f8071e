import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { JOB_FILES, type JobSpec } from '../../contracts/job.js';
import { NOTES } from '../remote/remote-job-folder.js';
import { submissionIdOf } from './submission-id.js';
import type { JobStart } from './submission.js';

/** Where the code and the Python of a cluster are whose nodes share the disk of the storage. */
export interface SharedCode {
  readonly kind: 'shared';
  /** Folder that holds `jobs/`, as the nodes of the cluster see it. */
  readonly projectRoot: string;
  /** Program that runs the jobs, as the nodes see it. */
  readonly python: string;
}

/** What is sent to a cluster whose nodes share nothing but S3, and what it finds there. */
export interface SentCode {
  readonly kind: 'sent';
  /** Folder that holds `jobs/`, on this machine. */
  readonly projectRoot: string;
  /** Program that runs the jobs, as the nodes see it. */
  readonly python: string;
  /** Folder on a disk of each node, for the files of jobs. */
  readonly work: string;
}

/** A stop that was asked for before the job began: its program is never started. What a shell says of a program ended by SIGTERM. */
const EXIT_STOPPED = 143;

/**
 * The job's folder is on a disk that the cluster shares, so the program is started there as it is on one machine, and Ray's processes
 * import its code by the same path.
 * @param job its `jobDirUri` is a file URI
 */
export function startOnSharedDisk(job: JobSpec, { projectRoot, python }: SharedCode): JobStart {
  const folder = decodeURIComponent(new URL(job.jobDirUri).pathname);
  const isOwn = isAbsolute(job.entry);
  const entry = isOwn ? job.entry : join(projectRoot, job.entry);
  const run = [python, entry, `${job.jobDirUri}/${JOB_FILES.spec}`].map(quoted).join(' ');
  return {
    entrypoint: `test ! -e ${quoted(join(folder, NOTES.stop))} || exit ${String(EXIT_STOPPED)}; exec ${run}`,
    runtime_env: {
      env_vars: { PYTHONPATH: [projectRoot, ...(isOwn ? [dirname(entry)] : [])].join(delimiter) },
    },
  };
}

/**
 * The job's folder is in S3: Ray brings the code to every node that runs something of the job, and the program is started behind the mirror
 * that jobs on AWS have. It reaches S3 as the node does, and nothing secret is sent along.
 * @param code where it is put on the nodes
 * @param sent the archive, as Ray knows it, and the program in it
 */
export function startFromPackage(
  job: JobSpec,
  { python, work }: Pick<SentCode, 'python' | 'work'>,
  sent: { readonly uri: string; readonly entry: string },
): JobStart {
  const run = [
    ...[python, '-m', 'jobs.remote.run', '--entry', sent.entry],
    ...['--job', `${job.jobDirUri}/${JOB_FILES.spec}`, '--work', join(work, submissionIdOf(job.key))],
  ];
  return { entrypoint: `exec ${run.map(quoted).join(' ')}`, runtime_env: { working_dir: sent.uri } };
}

/** A text as one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
