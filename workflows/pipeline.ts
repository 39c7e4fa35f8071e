import { ApplicationFailure, isCancellation, proxyLocalActivities, workflowInfo } from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { LocalActivities } from '../activities/index.js';
import type { FailureDetails } from '../contracts/failure.js';
import { failureOf } from './failure-of.js';
import { LOCAL } from './policies.js';
import { ProgressBoard } from './run-progress.js';

const { parseInput } = proxyLocalActivities<LocalActivities>(LOCAL);

/** Set by the server on runs that a schedule started. */
const SCHEDULED_START = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

/** What belongs to this run. A workflow's module state is its own: the sandbox gives every run a fresh one. */
interface Run {
  readonly pipeline: string;
  readonly board: ProgressBoard;
}
let run: Run | null = null;

/** The run that this code works for. */
export function currentRun(): Run {
  if (!run) throw ApplicationFailure.nonRetryable('a stage was called outside a pipeline', 'INTERNAL');
  return run;
}

/** What goes into a pipeline, what its body sees of it once every default is filled in, and what comes out. */
interface PipelineTypes {
  readonly input: unknown;
  readonly params: unknown;
  readonly result: unknown;
}

/**
 * Makes a workflow of a pipeline's straight line: checks the input, fills in defaults, shows progress, and ends a failed run with a
 * failure that carries its code, its reason and what helps.
 */
export function definePipeline<P extends PipelineTypes>(
  name: string,
  body: (params: P['params']) => Promise<P['result']>,
): (input?: P['input']) => Promise<P['result']> {
  return async (input) => {
    const board = new ProgressBoard(name);
    run = { pipeline: name, board };
    try {
      const scheduled = workflowInfo().typedSearchAttributes.get(SCHEDULED_START);
      const params = await parseInput({
        pipeline: name,
        input: input ?? null,
        scheduledFor: scheduled?.toISOString() ?? null,
        startedAt: workflowInfo().startTime.toISOString(),
      });
      board.setDataDate(typeof params.dataDate === 'string' ? params.dataDate : null);
      return await body(params);
    } catch (error) {
      throw isCancellation(error) ? error : shown(error, board);
    }
  };
}

/** The failure itself, without the activity's wrapping, shown in the live details. */
function shown(error: unknown, board: ProgressBoard): unknown {
  const failure = failureOf(error);
  if (failure === undefined) return error;
  const [details] = (failure.details ?? []) as (FailureDetails | undefined)[];
  board.setFailure(`${failure.type ?? 'INTERNAL'}: ${failure.message}`, details?.advice);
  return ApplicationFailure.create({
    message: failure.message,
    type: failure.type ?? 'INTERNAL',
    nonRetryable: true,
    details: failure.details ?? [],
    cause: failure,
  });
}
