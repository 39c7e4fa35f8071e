import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';

/** The failure that an activity told, without Temporal's wrapping; undefined for anything else. */
export function failureOf(error: unknown): ApplicationFailure | undefined {
  const failure = error instanceof ActivityFailure ? error.cause : error;
  return failure instanceof ApplicationFailure ? failure : undefined;
}
