import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';
import { JOBS_QUEUE } from '../contracts/task-queues.js';

/** Our infrastructure may be away for a while (storage, server, platform): wait for it, slower and slower. */
const RETRY = { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' } as const;

/** Decisions take milliseconds; one that takes a minute hangs and is better asked again. */
export const LOCAL: LocalActivityOptions = { startToCloseTimeout: '5 minutes', retry: RETRY };

/**
 * A platform answers a submit within a minute or is down. What it has to prepare, as the packing of a model of many GB, may take longer and
 * reports that it gets on.
 */
export const SUBMIT: ActivityOptions = {
  taskQueue: JOBS_QUEUE,
  startToCloseTimeout: '2 hours',
  heartbeatTimeout: '2 minutes',
  retry: RETRY,
};

/** The waiting activity reports every five seconds, however rarely it looks at its job: after six missed reports the worker is gone. */
export const AWAIT: ActivityOptions = {
  taskQueue: JOBS_QUEUE,
  startToCloseTimeout: '30 days',
  heartbeatTimeout: '30 seconds',
  retry: { ...RETRY, maximumInterval: '10 seconds' },
};

/** Stopping includes the job's own grace and the confirmation that nothing of it is left. */
export const STOP: ActivityOptions = { taskQueue: JOBS_QUEUE, startToCloseTimeout: '5 minutes', retry: RETRY };

/** A request is answered within seconds; an endpoint that is away for minutes will not come back, and it costs money while it stands. */
export const INVOKE: ActivityOptions = {
  taskQueue: JOBS_QUEUE,
  startToCloseTimeout: '2 minutes',
  retry: { ...RETRY, maximumAttempts: 8 },
};

/** A registry of somebody else's is asked for some minutes: a run does not hang on it, and the next promotion catches up. */
export const MIRROR: ActivityOptions = {
  taskQueue: JOBS_QUEUE,
  startToCloseTimeout: '5 minutes',
  retry: { ...RETRY, maximumAttempts: 8 },
};

/** Reads a holdout's predictions once: seconds for millions of rows. */
export const JUDGE: ActivityOptions = { taskQueue: JOBS_QUEUE, startToCloseTimeout: '30 minutes', retry: RETRY };
