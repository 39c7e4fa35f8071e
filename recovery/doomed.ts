import type { FailedAttempt } from '../contracts/attempt.js';
import { formatBytes } from '../contracts/bytes.js';
import type { Resources } from '../contracts/resources.js';

/** A peak under this share of the limit did not meet the limit. */
const FAR_UNDER = 0.5;

/**
 * Why a larger size cannot help, as far as the failures prove it; null while it may. A sentence without its subject.
 * @param memoryFailures attempts that ran out of memory, oldest first; the last one is judged
 */
export function whyDoomed(memoryFailures: readonly FailedAttempt[], cap: Resources): string | null {
  const last = memoryFailures.at(-1);
  if (!last) return null;
  const { requestedBytes } = last;
  if (requestedBytes !== null && requestedBytes > cap.memoryBytes) {
    return `it asked for ${formatBytes(requestedBytes)} at once, the largest size allowed is ${formatBytes(cap.memoryBytes)}`;
  }
  return whyNotTheLimit(memoryFailures, last);
}

/**
 * A process that a limit kills has met that limit. One kill far under it can be a spike between two measurements, when the
 * kernel itself named memory; two of them at different limits are something else, and so is one that nobody vouches for.
 * Only kills count: a heap, a result limit or one large allocation runs out far below the limit of the whole job.
 */
function whyNotTheLimit(memoryFailures: readonly FailedAttempt[], last: FailedAttempt): string | null {
  if (!isFarUnder(last)) return null;
  const smaller = memoryFailures.find(
    (other) =>
      other.verdict.region === last.verdict.region &&
      isFarUnder(other) &&
      other.attempt.resources.memoryBytes < last.attempt.resources.memoryBytes,
  );
  if (last.verdict.certainty === 'definite' && !smaller) return null;
  return 'its peak was less than half of its limit, so something else ended it than the size of the job';
}

function isFarUnder({ attempt, verdict, peakBytes, requestedBytes }: FailedAttempt): boolean {
  const isKill = verdict.region === 'container' || verdict.region === 'host';
  return (
    isKill && requestedBytes === null && peakBytes !== null && peakBytes < attempt.resources.memoryBytes * FAR_UNDER
  );
}
