import { ApplicationFailure } from '@temporalio/common';
import { FAILURE_POLICY, TemperedError } from '../contracts/failure.js';

/** Turns our errors into Temporal's, at the one border where they meet. Anything else passes unchanged. */
export function toTemporalFailure(error: unknown): unknown {
  if (!(error instanceof TemperedError)) return error;
  return ApplicationFailure.create({
    message: error.message,
    type: error.code,
    nonRetryable: !FAILURE_POLICY[error.code].retryable,
    details: [error.details],
    cause: error,
  });
}
