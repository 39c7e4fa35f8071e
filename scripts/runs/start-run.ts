import { TemperedError } from '../../contracts/failure.js';
import { ORCHESTRATOR_QUEUE } from '../../contracts/task-queues.js';
import { runUrl } from '../../settings/temporal.js';
import type { Temporal } from '../temporal/connect.js';
import { newRunId } from './run-id.js';

/** What is started. */
export interface StartRequest {
  /** Of the pipeline, which its workflow has too. */
  readonly name: string;
  readonly summary: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** A run id of the caller's own; a second start under it is refused. */
  readonly id?: string;
}

/** A run as Temporal knows it. */
export interface StartedRun {
  readonly runId: string;
  readonly temporalRunId: string;
  readonly url: string | null;
}

/**
 * Starts a run.
 * @throws {TemperedError} `WRONG_INPUT` when a run of that id is there already
 */
export async function startRun(temporal: Temporal, { name, summary, input, id }: StartRequest): Promise<StartedRun> {
  const { WorkflowExecutionAlreadyStartedError } = await import('@temporalio/client');
  const runId = id ?? newRunId(name, new Date());
  try {
    const handle = await temporal.client.workflow.start(name, {
      taskQueue: ORCHESTRATOR_QUEUE,
      workflowId: runId,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      args: [input],
      staticSummary: summary,
    });
    return {
      runId,
      temporalRunId: handle.firstExecutionRunId,
      url: runUrl(temporal, runId, handle.firstExecutionRunId),
    };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new TemperedError('WRONG_INPUT', `--id ${runId}: a run of this id is there already`, {
      field: 'id',
      advice: `look at it: npx tempered show ${runId}`,
    });
  }
}
