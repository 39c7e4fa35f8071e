import { type FailureCode, TemperedError } from '../contracts/failure.js';

/** A failure as `--json` prints it. */
export interface FailureDocument {
  readonly code: FailureCode;
  readonly message: string;
  readonly advice: string | null;
  readonly [fact: string]: unknown;
}

/** gRPC status codes that mean a server that cannot be reached or did not answer in time. */
const UNREACHABLE = new Set([4, 14]);

/** Any error as a failure with a code. What is neither ours nor the network's is a defect, so its stack is kept. */
export function describeError(error: unknown): FailureDocument {
  if (error instanceof TemperedError) {
    const { advice = null, ...facts } = error.details;
    return { ...facts, code: error.code, message: error.message, advice };
  }
  const status = grpcStatus(error);
  if (status !== undefined && UNREACHABLE.has(status.code)) {
    return {
      code: 'PLATFORM_UNAVAILABLE',
      message: `the Temporal server does not answer: ${status.details}`,
      advice: 'start it: npx tempered up',
    };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    code: 'INTERNAL',
    message: text,
    advice: 'this is a defect of Tempered: please report it with the text above',
  };
}

/** The gRPC status of an error of Temporal's client, which wraps it one or two levels deep. */
function grpcStatus(error: unknown): { readonly code: number; readonly details: string } | undefined {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if ('code' in inner && typeof inner.code === 'number' && 'details' in inner) {
      return { code: inner.code, details: String(inner.details) };
    }
  }
  return undefined;
}
