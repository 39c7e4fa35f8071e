import { JOBS_QUEUE } from '../contracts/task-queues.js';
import { loadProject } from '../settings/project.js';
import { openJobsContext } from './context.js';
import { createJobsWorker } from './create.js';
import { runWorkerProcess } from './process.js';

await runWorkerProcess({
  name: 'jobs',
  queue: JOBS_QUEUE,
  create: async (server) => createJobsWorker(server, openJobsContext(await loadProject())),
});
