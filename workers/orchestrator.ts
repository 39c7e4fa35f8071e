import { ORCHESTRATOR_QUEUE } from '../contracts/task-queues.js';
import { loadProject } from '../settings/project.js';
import { openActivityContext } from './context.js';
import { createOrchestrator } from './create.js';
import { ensureWorkflowBundle } from './own-bundle.js';
import { runWorkerProcess } from './process.js';

await runWorkerProcess({
  name: 'orchestrator',
  queue: ORCHESTRATOR_QUEUE,
  create: async (server) => {
    const project = await loadProject();
    return createOrchestrator(server, openActivityContext(project), await ensureWorkflowBundle(project));
  },
});
