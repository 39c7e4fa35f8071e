import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { JobFolder, jobsDirectory } from '../../platforms/local/job-folder.js';
import { findState, isFinal } from '../../platforms/local/standing.js';
import { stopJob } from '../../platforms/local/stop-job.js';

/** Local jobs that have not ended, also those whose supervisor died. */
export function unfinishedJobs(stateDir: string): readonly JobFolder[] {
  const jobs = jobsDirectory(stateDir);
  if (!existsSync(jobs)) return [];
  return readdirSync(jobs)
    .map((name) => JobFolder.at(join(jobs, name)))
    .filter((folder) => !isFinal(findState(folder)));
}

/** Stops every local job and returns when nothing of any is left; the number of jobs. Their runs start them anew when a worker is back. */
export async function stopAllJobs(stateDir: string): Promise<number> {
  const folders = unfinishedJobs(stateDir);
  await Promise.all(folders.map((folder) => stopJob(folder, 'shutdown')));
  return folders.length;
}
