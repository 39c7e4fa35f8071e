import { FAILURE_POLICY } from '../contracts/failure.js';
import { describeError, type FailureDocument } from './describe-error.js';
import type { Answer, Io } from './io.js';

/**
 * Runs a command to its exit code: prints its answer, or its error. With `json` stdout holds exactly one document, for errors too.
 */
export async function runCommand(io: Io, json: boolean, body: () => Promise<Answer>): Promise<number> {
  try {
    const { document, text, exitCode = 0 } = await body();
    const answer = json ? JSON.stringify(document, null, 2) : text;
    if (answer !== '') io.stdout.write(`${answer}\n`);
    return exitCode;
  } catch (error) {
    return reportFailure(io, json, error);
  }
}

/** Prints an error as every command does; its exit code. */
export function reportFailure(io: Io, json: boolean, error: unknown): number {
  const failure = describeError(error);
  if (json) io.stdout.write(`${JSON.stringify({ failure }, null, 2)}\n`);
  else io.stderr.write(`error  ${failure.message}\n${adviceLine(failure)}`);
  return FAILURE_POLICY[failure.code].exitCode;
}

/** Some messages end with their advice. */
function adviceLine({ message, advice }: FailureDocument): string {
  return advice === null || message.includes(advice) ? '' : `next   ${advice}\n`;
}
