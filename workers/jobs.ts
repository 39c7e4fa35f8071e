import { JOBS_QUEUE } from '../contracts/task-queues.js';
import { openJobsContext } from './context.js';
import { createJobsWorker } from './create.js';
import { runWorkerProcess } from './process.js';

await runWorkerProcess({
  name: 'jobs',
  queue: JOBS_QUEUE,
  create: (server) => createJobsWorker(server, openJobsContext()),
});
