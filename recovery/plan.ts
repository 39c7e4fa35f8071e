import { assertNever } from '../contracts/assert-never.js';
import type { FailedAttempt } from '../contracts/attempt.js';
import type { FailureCode } from '../contracts/failure.js';
import { BUDGETS, type RepeatableKind, waitSeconds } from './budgets.js';
import { type Decision, type History, lastOf, type Limits, sameAgain } from './decision.js';
import { planMemory } from './plan-memory.js';
import { endText, quoteOf } from './sentences.js';

const READ_THE_LOG = 'read the job log: npx tempered logs RUN';

/** How failures that may pass by themselves are spoken of, and what a run ends with when they do not. */
const REPEATS: Readonly<
  Record<RepeatableKind, { readonly how: string; readonly code: FailureCode; readonly advice: string }>
> = {
  preempted: {
    how: 'was preempted',
    code: 'JOB_LOST',
    advice: 'run the stage where machines are not taken away, or when fewer are wanted',
  },
  lost: { how: 'was lost', code: 'JOB_LOST', advice: 'see who ends the job: npx tempered doctor' },
  unknown: { how: 'ended for a reason that no rule knows', code: 'JOB_FAILED', advice: READ_THE_LOG },
  timeout: {
    how: 'ran out of time',
    code: 'TIMED_OUT',
    advice: 'raise the time limit or give the stage less work',
  },
  capacity: {
    how: 'found no free capacity',
    code: 'NO_CAPACITY',
    advice: 'ask the platform for more quota, choose another platform, or start again later',
  },
  throttled: {
    how: 'was refused for too many requests',
    code: 'NO_CAPACITY',
    advice: 'ask the platform for a higher request rate, or run fewer jobs at a time',
  },
};

/**
 * Decides what follows a failed attempt: the ladder. Pure: no clock, no I/O.
 *
 * Only out of memory changes size or settings. Everything else repeats the last attempt as it was, so that a lost machine neither
 * grows a job nor forgets that it had grown.
 */
export function planNextAttempt(failed: History, limits: Limits): Decision {
  const last = lastOf(failed);
  const { kind } = last.verdict;
  switch (kind) {
    case 'out-of-memory':
      return planMemory(failed, limits);
    case 'preempted':
    case 'lost':
    case 'unknown':
    case 'timeout':
    case 'capacity':
    case 'throttled':
      return repeat(failed, kind);
    case 'invalid-input':
      return giveUp('INVALID_DATA', last, 'correct the input that the message names, then start again');
    case 'disk-full':
      return giveUp('STORAGE_FULL', last, 'free disk space under the storage root, then start again');
    case 'cancelled':
      return giveUp('CANCELLED', last, 'start the run again when it is wanted');
    case 'bug':
      return giveUp('JOB_FAILED', last, READ_THE_LOG);
    default:
      return assertNever('verdict', kind);
  }
}

function repeat(failed: History, kind: RepeatableKind): Decision {
  const last = lastOf(failed);
  const { how, code, advice } = REPEATS[kind];
  const said = endText(last, how);
  const spent = failed.filter(({ verdict }) => verdict.kind === kind).length;
  if (spent >= BUDGETS[kind]) {
    return {
      kind: 'give-up',
      code,
      because: `${said}, which makes ${String(spent)} of ${String(BUDGETS[kind])}`,
      advice,
    };
  }
  if (kind !== 'capacity' && kind !== 'throttled') return sameAgain(last, `${said}: the same again`);
  const seconds = waitSeconds(spent);
  return sameAgain(last, `${said}: the same again after ${String(seconds)} s`, seconds);
}

function giveUp(code: FailureCode, { verdict }: FailedAttempt, advice: string): Decision {
  return { kind: 'give-up', code, because: quoteOf(verdict), advice };
}
