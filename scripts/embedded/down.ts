import { stateDir } from '../../settings/home.js';
import { withLock } from './lock.js';
import { lockPath, type WorkerName } from './places.js';
import { stopServer } from './server.js';
import { stopAllJobs } from './stop-jobs.js';
import { stopWorkers } from './worker-processes.js';

/** What `down` stopped. */
export interface DownReport {
  readonly workers: readonly WorkerName[];
  /** Jobs that still ran; their runs go on at the next `up`. */
  readonly jobs: number;
  readonly server: boolean;
  readonly seconds: number;
}

/** Stops everything: first the workers, so that nobody starts a job anew, then the jobs, then the server. History stays on disk. */
export async function bringDown(): Promise<DownReport> {
  const startedMs = performance.now();
  return withLock(lockPath(), async () => {
    const workers = await stopWorkers();
    const jobs = await stopAllJobs(stateDir());
    const server = await stopServer();
    return { workers, jobs, server, seconds: (performance.now() - startedMs) / 1000 };
  });
}
