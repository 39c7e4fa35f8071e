import type { FailedAttempt } from '../contracts/attempt.js';
import { formatBytes } from '../contracts/bytes.js';
import type { Verdict } from '../contracts/verdict.js';
import { helpFor } from './region-help.js';

/** Longest quotation in a sentence; the whole verdict stands in history. */
const LONGEST_QUOTE = 160;

/** Says what an attempt died of: `attempt 1 died of container memory (definite: oom_kill +1) at 1 GiB with a peak of 1 GiB`. */
export function deathText({ attempt, verdict, peakBytes }: FailedAttempt): string {
  const size = formatBytes(attempt.resources.memoryBytes);
  const peak = peakBytes === null ? '' : ` with a peak of ${formatBytes(peakBytes)}`;
  return `attempt ${String(attempt.number)} died of ${helpFor(verdict).name} (${groundsText(verdict)}) at ${size}${peak}`;
}

/** Says how an attempt ended that did not run out of memory: `attempt 1 was lost (probable: no exit recorded)`. */
export function endText({ attempt, verdict }: FailedAttempt, how: string): string {
  return `attempt ${String(attempt.number)} ${how} (${groundsText(verdict)})`;
}

/** What the verdict stands on: the first quotation, or the kind of failure when there is none. */
export function quoteOf({ kind, evidence }: Verdict): string {
  return evidence[0]?.quote ?? kind;
}

function groundsText(verdict: Verdict): string {
  const quote = quoteOf(verdict).replaceAll(/\s+/g, ' ');
  return `${verdict.certainty}: ${quote.length > LONGEST_QUOTE ? `${quote.slice(0, LONGEST_QUOTE)}...` : quote}`;
}
