import type { PolicyName } from '../contracts/policy.js';
import { formatBytes } from '../contracts/bytes.js';
import { type Decision, type History, lastOf, type Limits, sameAgain } from './decision.js';
import { planNextAttempt } from './plan.js';
import { endText } from './sentences.js';

/** A way to answer failed attempts, whole: what follows one, and what later attempts and runs may know. */
export interface Policy {
  readonly plan: (failed: History, limits: Limits) => Decision;
  /** Whether an attempt finds the finished work of the ones before it. */
  readonly salvages: boolean;
  /** Whether a run starts with what earlier runs needed. */
  readonly learns: boolean;
}

/** Attempts of a stage under the blind policies. */
const BLIND_ATTEMPTS = 6;

/** The policies by the name that `recovery.policy` of tempered.json has. */
export const POLICIES: Readonly<Record<PolicyName, Policy>> = {
  ladder: { plan: planNextAttempt, salvages: true, learns: true },
  'blind-retry': { plan: blindly((last) => last.attempt.resources.memoryBytes), salvages: false, learns: false },
  'blind-doubling': {
    plan: blindly((last, cap) => Math.min(cap.memoryBytes, last.attempt.resources.memoryBytes * 2)),
    salvages: false,
    learns: false,
  },
};

type ChooseMemory = (last: History[0], cap: Limits['cap']) => number;

/** Repeats whatever failed; only a person's own stop is respected. */
function blindly(memoryFor: ChooseMemory): Policy['plan'] {
  return (failed, { cap }) => {
    const last = lastOf(failed);
    const said = endText(last, 'failed');
    if (last.verdict.kind === 'cancelled' || failed.length >= BLIND_ATTEMPTS) {
      const code = last.verdict.kind === 'cancelled' ? 'CANCELLED' : 'JOB_FAILED';
      const because = `${said}, attempt ${String(failed.length)} of ${String(BLIND_ATTEMPTS)} without a look at the cause`;
      return { kind: 'give-up', code, because, advice: 'set recovery.policy to "ladder" in tempered.json' };
    }
    const memoryBytes = memoryFor(last, cap);
    const again = sameAgain(last, `${said}: ${formatBytes(memoryBytes)} without a look at the cause`);
    if (again.kind === 'give-up' || memoryBytes === last.attempt.resources.memoryBytes) return again;
    const { attempt } = again;
    const resources = { ...attempt.resources, memoryBytes };
    return { ...again, attempt: { ...attempt, resources, levers: ['memory'] } };
  };
}
