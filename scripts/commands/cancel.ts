import { TemperedError } from '../../contracts/failure.js';
import { type Answer, type Io, note } from '../io.js';
import { loadRun } from '../runs/load-run.js';
import { awaitEnding } from '../runs/run-ending.js';
import { withTemporal } from '../temporal/connect.js';

/** Whether to return at once. */
export interface CancelOptions {
  readonly wait: boolean;
}

/**
 * `tempered cancel RUN`: stops a run and its job, and returns when both have stopped.
 * @throws {TemperedError} `WRONG_INPUT` when it is over already
 */
export function cancel(io: Io, runId: string, { wait }: CancelOptions): Promise<Answer> {
  return withTemporal(async (temporal) => {
    const run = await loadRun(temporal, runId);
    if (run.status.name !== 'RUNNING') {
      throw new TemperedError('WRONG_INPUT', `run ${runId} is over already: ${run.status.name.toLowerCase()}`, {
        field: 'RUN',
        advice: `look at it: npx tempered show ${runId}`,
      });
    }
    await temporal.client.workflow.getHandle(runId).cancel();
    if (!wait) return { document: { runId, status: 'cancelling' }, text: `cancel of ${runId} is asked for` };
    note(io, `waiting until the job of ${runId} has stopped ...`);
    const { status } = await awaitEnding(temporal, runId);
    const text =
      status === 'cancelled'
        ? `run ${runId} is cancelled and its job has stopped`
        : `run ${runId} ended before the cancel: ${status}`;
    return { document: { runId, status }, text };
  });
}
