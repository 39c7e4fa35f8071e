import { ORCHESTRATOR_QUEUE } from '../contracts/task-queues.js';
import { workflowBundlePath } from './bundle.js';
import { openActivityContext } from './context.js';
import { createOrchestrator } from './create.js';
import { runWorkerProcess } from './process.js';

await runWorkerProcess({
  name: 'orchestrator',
  queue: ORCHESTRATOR_QUEUE,
  create: (server) => createOrchestrator(server, openActivityContext(), workflowBundlePath),
});
