import { delimiter, join } from 'node:path';
import { MARKER_VARIABLE } from './process-tree.js';

/** What a job may see of our own environment. Everything else may hold a secret: credentials, tokens, connection strings. */
const INHERITED = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TZ',
  'JAVA_HOME',
  'LD_LIBRARY_PATH',
];

/** Each numeric library has its own name for "how many threads", and each takes all processors when not told. */
const THREAD_VARIABLES = ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'NUMEXPR_NUM_THREADS'];

/** The part of our environment that other programs may have. */
export function inheritedEnvironment(own: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    INHERITED.flatMap((name) => {
      const value = own[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The environment of a job, whatever its engine. */
export function jobEnvironment(job: {
  /** Folders that every Python process of the job imports from. */
  readonly pythonPath: string;
  readonly venv: string;
  /** Short path of the job's temporary folder. */
  readonly temporaryLink: string;
  /** Marks the job's processes; unique for the job. */
  readonly marker: string;
  readonly cpus: number;
}): Record<string, string> {
  const inherited = inheritedEnvironment(process.env);
  const threads = String(Math.max(1, Math.floor(job.cpus)));
  return {
    ...inherited,
    PATH: [join(job.venv, 'bin'), inherited['PATH'] ?? '/usr/bin:/bin'].join(delimiter),
    VIRTUAL_ENV: job.venv,
    PYTHONPATH: job.pythonPath,
    PYTHONUNBUFFERED: '1', // what a job printed before it was killed is in its log
    TMPDIR: job.temporaryLink,
    [MARKER_VARIABLE]: job.marker,
    ...Object.fromEntries(THREAD_VARIABLES.map((name) => [name, threads])),
  };
}
