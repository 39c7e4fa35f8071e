/** What can go wrong, each with its policy. A code is the failure type in Temporal, the `--json` field and the heading in docs/failures.md. */
export const FAILURE_POLICY = {
  WRONG_INPUT: { retryable: false, exitCode: 2 },
  INVALID_DATA: { retryable: false, exitCode: 1 },
  PLATFORM_UNAVAILABLE: { retryable: true, exitCode: 3 },
  STORAGE_UNAVAILABLE: { retryable: true, exitCode: 3 },
  STORAGE_FULL: { retryable: false, exitCode: 1 },
  GATE_REJECTED: { retryable: false, exitCode: 4 },
  OUT_OF_MEMORY: { retryable: false, exitCode: 1 },
  JOB_FAILED: { retryable: false, exitCode: 1 },
  JOB_LOST: { retryable: false, exitCode: 1 },
  NO_CAPACITY: { retryable: false, exitCode: 3 },
  CONTRACT_BROKEN: { retryable: false, exitCode: 1 },
  CANCELLED: { retryable: false, exitCode: 1 },
  TIMED_OUT: { retryable: false, exitCode: 1 },
  INTERNAL: { retryable: false, exitCode: 1 },
} as const satisfies Record<string, { readonly retryable: boolean; readonly exitCode: number }>;

export type FailureCode = keyof typeof FAILURE_POLICY;

/** True when the text is one of our codes: failures that crossed Temporal carry theirs as a string. */
export function isFailureCode(text: unknown): text is FailureCode {
  return typeof text === 'string' && Object.hasOwn(FAILURE_POLICY, text);
}

/** What a failure says beyond its message. */
export interface FailureDetails {
  /** What a person should do next, as a command where there is one. */
  readonly advice?: string;
  /** The input field, column or file that is wrong. */
  readonly field?: string;
  readonly [fact: string]: unknown;
}

/**
 * The one error class of the product: a code from {@link FAILURE_POLICY}, a message that names the thing, what happened and what
 * was allowed, and facts as fields. Everything below the activities throws this; one interceptor maps it to Temporal's failures.
 */
export class TemperedError extends Error {
  override readonly name = 'TemperedError';

  // eslint-disable-next-line max-params -- the parameters of Error, in its order, with what we add between them
  constructor(
    readonly code: FailureCode,
    message: string,
    readonly details: FailureDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
