import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JobSpec } from '../../contracts/job.js';
import { JOB_FILES } from '../../contracts/job.js';
import { launch } from '../launch/index.js';
import type { EnclosureRecord } from './enclosure.js';
import { jobEnvironment } from './job-environment.js';
import type { JobFolder } from './job-folder.js';
import type { MemoryEnforcement } from './memory-enforcement.js';
import type { SupervisorPlan } from './supervisor-plan.js';

/** What of the machine and the checkout goes into every plan. */
export interface Host {
  readonly projectRoot: string;
  readonly venv: string;
  readonly sparkArchivePath: string;
  readonly cpus: number;
  readonly ledger: SupervisorPlan['ledger'];
  readonly enforcement: MemoryEnforcement;
  readonly stopGraceMs: number;
}

/** Works out everything that a supervisor needs. Two submits of one job give the same plan, so it does not matter whose is used. */
export function planJob(job: JobSpec, folder: JobFolder, host: Host): SupervisorPlan {
  const mark = createHash('sha256').update(folder.path).digest('hex').slice(0, 12);
  const jobDirectory = fileURLToPath(job.jobDirUri);
  // Twenty characters, whatever TMPDIR is: Ray adds about seventy to it for its sockets. The link itself takes no room.
  const temporary = { directory: join(jobDirectory, 'tmp'), link: `/tmp/tj-${mark}` };
  const entryPath = resolve(host.projectRoot, job.entry);
  const { argv, env } = launch(job.engine, {
    entryPath,
    jobUri: `${job.jobDirUri.replace(/\/$/, '')}/${JOB_FILES.spec}`,
    resources: job.resources,
    settings: job.settings,
    venv: host.venv,
    archivePath: existsSync(host.sparkArchivePath) ? host.sparkArchivePath : null,
    scratchDir: temporary.directory,
  });
  const usual = jobEnvironment({
    // Ours comes first: whatever a user's folder holds, `jobs.lib` is the library. Theirs is there for the processes that a job starts.
    pythonPath: [host.projectRoot, ...(isAbsolute(job.entry) ? [dirname(entryPath)] : [])].join(delimiter),
    venv: host.venv,
    temporaryLink: temporary.link,
    marker: mark,
    cpus: Math.min(job.resources.cpus, host.cpus),
  });
  return {
    key: job.key,
    engine: job.engine,
    argv,
    env: { ...usual, ...env },
    jobDirectory,
    temporary,
    memoryBytes: job.resources.memoryBytes,
    diskBytes: job.resources.diskBytes,
    ledger: host.ledger,
    enclosure: enclosureOf(host.enforcement, mark),
    stopGraceMs: host.stopGraceMs,
  };
}

function enclosureOf({ kind, groupsDirectory }: MemoryEnforcement, mark: string): EnclosureRecord {
  return kind === 'rss-sampling' || groupsDirectory === null
    ? { kind: 'rss-sampling', marker: mark, root: null }
    : { kind, directory: join(groupsDirectory, `tempered-${mark}`) };
}
