import { assertNever } from '../contracts/assert-never.js';
import type { Attempt, FailedAttempt } from '../contracts/attempt.js';
import { formatBytes } from '../contracts/bytes.js';
import type { FailureCode } from '../contracts/failure.js';
import type { Resources } from '../contracts/resources.js';
import type { Verdict } from '../contracts/verdict.js';
import { nextMemoryBytes } from './size.js';

/** What happens after a failed attempt. */
export type Decision =
  | { readonly kind: 'retry'; readonly attempt: Attempt }
  | {
      readonly kind: 'give-up';
      readonly code: FailureCode;
      readonly because: string;
      readonly advice: string;
    };

/** Attempts that may be spent on each kind of failure. They are separate: a lost job never eats a memory attempt. */
const BUDGETS = { 'out-of-memory': 5, lost: 3 } as const;

/**
 * Decides what follows a failed attempt. Pure: no clock, no I/O.
 * @param failed all failed attempts of the stage in this run, oldest first; the last one is judged
 * @param cap the largest size that the stage may ever have
 */
export function planNextAttempt(failed: readonly [FailedAttempt, ...FailedAttempt[]], cap: Resources): Decision {
  const last = failed.at(-1) ?? failed[0];
  const { verdict } = last;
  switch (verdict.kind) {
    case 'out-of-memory':
      return growMemory(failed, last, cap);
    case 'lost':
    case 'preempted':
      return retrySameSize(failed, last);
    case 'invalid-input':
      return giveUp('INVALID_DATA', last, 'correct the input that the message names, then start again');
    case 'disk-full':
      return giveUp('STORAGE_FULL', last, 'free disk space under the storage root, then start again');
    case 'cancelled':
      return giveUp('CANCELLED', last, 'start the run again when it is wanted');
    case 'timeout':
      return giveUp('TIMED_OUT', last, 'raise the time limit or give the stage less work');
    case 'capacity':
    case 'throttled':
    case 'bug':
    case 'unknown':
      return giveUp('JOB_FAILED', last, 'read the job log: npx tempered logs RUN');
    default:
      return assertNever('verdict', verdict.kind);
  }
}

function growMemory(failed: readonly FailedAttempt[], last: FailedAttempt, cap: Resources): Decision {
  const { attempt, peakBytes } = last;
  const previous = attempt.resources.memoryBytes;
  const spent = countKind(failed, 'out-of-memory');
  const memoryBytes =
    spent >= BUDGETS['out-of-memory'] - 1 ? cap.memoryBytes : nextMemoryBytes(previous, peakBytes, cap.memoryBytes);
  if (memoryBytes <= previous || spent >= BUDGETS['out-of-memory']) {
    return {
      kind: 'give-up',
      code: 'OUT_OF_MEMORY',
      because: `out of memory (${where(last.verdict)}) at ${formatBytes(previous)}, the largest size allowed is ${formatBytes(cap.memoryBytes)}`,
      advice: 'raise maxMemory of the stage or local.memoryBudget in tempered.json, or start again with fewer rows',
    };
  }
  return {
    kind: 'retry',
    attempt: {
      number: attempt.number + 1,
      resources: { ...attempt.resources, memoryBytes },
      settings: attempt.settings,
      lever: 'memory',
      because: `out of memory (${where(last.verdict)}) at ${formatBytes(previous)}: memory grows to ${formatBytes(memoryBytes)}`,
    },
  };
}

function retrySameSize(failed: readonly FailedAttempt[], last: FailedAttempt): Decision {
  if (countKind(failed, last.verdict.kind) >= BUDGETS.lost) {
    return giveUp('JOB_LOST', last, 'see who ends the job: npx tempered doctor');
  }
  return {
    kind: 'retry',
    attempt: {
      ...last.attempt,
      number: last.attempt.number + 1,
      lever: null,
      because: `the job was lost (${quote(last.verdict)}): same size again`,
    },
  };
}

function giveUp(code: FailureCode, { verdict }: FailedAttempt, advice: string): Decision {
  return { kind: 'give-up', code, because: quote(verdict), advice };
}

function countKind(failed: readonly FailedAttempt[], kind: Verdict['kind']): number {
  return failed.filter(({ verdict }) => verdict.kind === kind).length;
}

function where({ region, certainty }: Verdict): string {
  return `${region ?? 'unknown region'}, ${certainty}`;
}

function quote({ kind, evidence }: Verdict): string {
  return evidence[0]?.quote ?? kind;
}
