import { TemperedError } from '../contracts/failure.js';
import { loadProject } from '../settings/project.js';
import { ensureWorkflowBundle } from './own-bundle.js';

// `tempered up` runs this before it starts the workers, so that a workflow which cannot be bundled is told by it and not by a log.
try {
  await ensureWorkflowBundle(await loadProject());
} catch (error) {
  if (!(error instanceof TemperedError)) throw error;
  const { code, message, details } = error;
  process.stdout.write(JSON.stringify({ code, message, details }));
  process.exitCode = 2;
}
