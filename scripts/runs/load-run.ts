import type { WorkflowExecutionDescription } from '@temporalio/client';
import { TemperedError } from '../../contracts/failure.js';
import { findNearest } from '../../settings/nearest.js';
import { loadProject } from '../../settings/project.js';
import type { Temporal } from '../temporal/connect.js';
import { listRuns } from './list-runs.js';

/** An error names this many runs to choose from. */
const SUGGESTED = 5;

/**
 * What the server knows of a run.
 * @throws {TemperedError} `WRONG_INPUT` for an unknown run, with the newest ones and the nearest name
 */
export async function loadRun(temporal: Temporal, runId: string): Promise<WorkflowExecutionDescription> {
  const { WorkflowNotFoundError } = await import('@temporalio/client');
  try {
    return await temporal.client.workflow.getHandle(runId).describe();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const { pipelines } = await loadProject();
    const newest = await listRuns(temporal, { limit: SUGGESTED, pipelines: Object.keys(pipelines) });
    const names = newest.map((run) => run.runId);
    const nearest = findNearest(runId, names);
    const known = names.length === 0 ? 'there are no runs yet' : `the newest are ${names.join(', ')}`;
    throw new TemperedError('WRONG_INPUT', `run ${runId} is unknown; ${known}`, {
      field: 'RUN',
      advice: nearest === undefined ? 'list them: npx tempered runs' : `did you mean ${nearest}?`,
    });
  }
}
