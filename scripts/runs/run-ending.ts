import { FAILURE_POLICY, isFailureCode } from '../../contracts/failure.js';
import { isRecord } from '../../contracts/json.js';
import { messageOf } from '../../contracts/system-error.js';
import type { FailureDocument } from '../describe-error.js';
import type { Temporal } from '../temporal/connect.js';

/** How a run ended. `rejected` is an honest end: the gate found that no model is good enough. */
export type RunStatus = 'completed' | 'rejected' | 'failed' | 'cancelled';

/** The end of a run; exactly one of result and failure is there. */
export interface RunEnding {
  readonly status: RunStatus;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly failure: FailureDocument | null;
}

/** Waits until a run is over and says how it ended. Network faults are thrown, failures of the run are not. */
export async function awaitEnding({ client }: Temporal, runId: string): Promise<RunEnding> {
  const { WorkflowFailedError } = await import('@temporalio/client');
  try {
    const result: unknown = await client.workflow.getHandle(runId).result();
    const document = isRecord(result) ? result : { value: result };
    return { status: document['kind'] === 'rejected' ? 'rejected' : 'completed', result: document, failure: null };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const failure = await failureOf(error.cause, runId);
    return { status: failure.code === 'CANCELLED' ? 'cancelled' : 'failed', result: null, failure };
  }
}

/** The exit code that a command ends with when it showed this run. */
export function exitCodeOf({ status, failure }: RunEnding): number {
  if (status === 'rejected') return FAILURE_POLICY.GATE_REJECTED.exitCode;
  return failure ? FAILURE_POLICY[failure.code].exitCode : 0;
}

async function failureOf(cause: unknown, runId: string): Promise<FailureDocument> {
  const { ApplicationFailure, CancelledFailure, TerminatedFailure, TimeoutFailure } =
    await import('@temporalio/common');
  if (cause instanceof ApplicationFailure) {
    const [details] = cause.details ?? [];
    const { advice = null, ...facts } = isRecord(details) ? details : {};
    const code = isFailureCode(cause.type) ? cause.type : 'INTERNAL';
    return {
      ...facts,
      code,
      message: cause.message,
      advice: typeof advice === 'string' ? advice.replaceAll(/\bRUN\b/g, runId) : null,
    };
  }
  if (cause instanceof TerminatedFailure)
    return { code: 'CANCELLED', message: `terminated: ${cause.message}`, advice: null };
  if (cause instanceof CancelledFailure) return { code: 'CANCELLED', message: 'the run was cancelled', advice: null };
  if (cause instanceof TimeoutFailure) return { code: 'TIMED_OUT', message: cause.message, advice: null };
  return { code: 'INTERNAL', message: messageOf(cause), advice: null };
}
