import { JOBS_QUEUE } from '../contracts/task-queues.js';
import { sweepJobs } from '../platforms/local/sweep-jobs.js';
import { stateDir } from '../settings/home.js';
import { loadProject } from '../settings/project.js';
import { openJobsContext } from './context.js';
import { createJobsWorker } from './create.js';
import { runWorkerProcess } from './process.js';

/** Longer than any run of ours, which may still ask for a job by its key; shorter than it takes logs to fill a disk. */
const KEPT_AFTER_END_MS = 30 * 24 * 3_600_000;

sweepJobs(stateDir(), KEPT_AFTER_END_MS);
await runWorkerProcess({
  name: 'jobs',
  queue: JOBS_QUEUE,
  create: async (server) => createJobsWorker(server, openJobsContext(await loadProject())),
});
