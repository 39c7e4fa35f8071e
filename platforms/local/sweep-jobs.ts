import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { JobFolder, jobsDirectory } from './job-folder.js';
import { findState, isFinal } from './standing.js';

/**
 * Removes what is kept of jobs that ended long ago, logs included. A job that was swept is forgotten: its key would start anew, so
 * sweep only what is older than any workflow that could still ask.
 * @returns how many jobs were removed
 */
export function sweepJobs(stateDir: string, olderThanMs: number): number {
  const jobs = jobsDirectory(stateDir);
  if (statSync(jobs, { throwIfNoEntry: false }) === undefined) return 0;
  const old = readdirSync(jobs).filter((name) => {
    const state = statSync(join(jobs, name, 'state.json'), { throwIfNoEntry: false });
    return state && Date.now() - state.mtimeMs > olderThanMs && isFinal(findState(JobFolder.at(join(jobs, name))));
  });
  for (const name of old) rmSync(join(jobs, name), { recursive: true, force: true });
  return old.length;
}
