import { closeSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { TemperedError } from '../../contracts/failure.js';
import { openPlatforms } from '../../platforms/index.js';
import { JobFolder } from '../../platforms/local/job-folder.js';
import { findState, isFinal } from '../../platforms/local/standing.js';
import { stateDir } from '../../settings/home.js';
import { unknownName, wrongInput } from '../../settings/input-errors.js';
import { loadProfile } from '../../settings/profile.js';
import { openStorage } from '../../storage/index.js';
import type { Answer, Io } from '../io.js';
import { findJobHandles, type RunJob } from '../runs/find-job-handles.js';
import { loadRun } from '../runs/load-run.js';
import { type Temporal, withTemporal } from '../temporal/connect.js';

/** Which logs of a run. */
export interface LogsOptions {
  readonly stage?: string;
  readonly follow: boolean;
  /** How much of the end of each log to show. */
  readonly bytes: number;
}

/** How often a followed log is looked at. */
const LOOK_EVERY_MS = 250;

/** `tempered logs RUN`: what the run's jobs printed. */
export function logs(io: Io, runId: string, options: LogsOptions): Promise<Answer> {
  return withTemporal(async (temporal) => {
    await loadRun(temporal, runId);
    const jobs = await selectJobs(temporal, runId, options.stage);
    if (options.follow) return followJobs(io, temporal, { runId, stage: options.stage });
    const profile = loadProfile();
    const platforms = openPlatforms(
      profile,
      openStorage(profile.storageRootUri, profile.inputFolders, profile.profile.aws),
    );
    const shown = await Promise.all(
      jobs.map(async ({ stage, handle }) => {
        const platform = platforms[handle.platform];
        const log = platform
          ? await platform.logs(handle, options.bytes)
          : `platform ${handle.platform} is not configured here`;
        return { stage, jobKey: handle.key, log };
      }),
    );
    const text = shown.map(({ stage, jobKey, log }) => `==> ${stage} ${jobKey} <==\n${log.trimEnd()}`).join('\n\n');
    return {
      document: { runId, jobs: shown },
      text: text || 'this run has no jobs: every stage was served from the cache',
    };
  });
}

async function selectJobs(temporal: Temporal, runId: string, stage: string | undefined): Promise<readonly RunJob[]> {
  const jobs = await findJobHandles(temporal, runId);
  const stages = [...new Set(jobs.map((job) => job.stage))];
  if (stage !== undefined && jobs.length > 0 && !stages.includes(stage))
    throw wrongInput('--stage', [unknownName('stage', stage, stages)]);
  return jobs.filter((job) => stage === undefined || job.stage === stage);
}

/** Prints what each job adds to its log, until the run is over. Only jobs on this machine have a log that grows here. */
async function followJobs(
  io: Io,
  temporal: Temporal,
  { runId, stage }: { readonly runId: string; readonly stage: string | undefined },
): Promise<Answer> {
  const printed = new Set<string>();
  for (;;) {
    const running = (await loadRun(temporal, runId)).status.name === 'RUNNING';
    for (const { stage: name, handle } of await selectJobs(temporal, runId, stage)) {
      if (printed.has(handle.key)) continue;
      if (handle.platform !== 'local') {
        throw new TemperedError(
          'WRONG_INPUT',
          `--follow works for jobs on this machine, and ${handle.key} runs on ${handle.platform}`,
        );
      }
      printed.add(handle.key);
      io.stdout.write(`==> ${name} ${handle.key} <==\n`);
      await followJob(io, JobFolder.of(stateDir(), handle.key));
    }
    if (!running) return { document: { runId, jobs: [...printed] }, text: '' };
    await sleep(LOOK_EVERY_MS);
  }
}

async function followJob(io: Io, folder: JobFolder): Promise<void> {
  const chunk = Buffer.alloc(64 * 1024);
  for (let position = 0; ;) {
    const over = isFinal(findState(folder)); // looked at before the read, so that the last words are not missed
    const bytes = readAt(folder.logPath, chunk, position);
    if (bytes > 0) io.stdout.write(Uint8Array.from(chunk.subarray(0, bytes)));
    position += bytes;
    if (over && bytes === 0) return;
    if (bytes === 0) await sleep(LOOK_EVERY_MS);
  }
}

function readAt(path: string, chunk: Buffer, position: number): number {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return 0; // the job has printed nothing yet
  }
  try {
    return readSync(file, chunk, 0, chunk.length, position);
  } finally {
    closeSync(file);
  }
}
