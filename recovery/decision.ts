import type { Attempt, FailedAttempt, Lever } from '../contracts/attempt.js';
import type { FailureCode } from '../contracts/failure.js';
import type { Resources } from '../contracts/resources.js';
import type { SizeLimits } from './size.js';

/** What happens after a failed attempt. */
export type Decision =
  | {
      readonly kind: 'retry';
      readonly attempt: Attempt;
      /** How long to wait before, while a platform has no room; 0 for at once. */
      readonly afterSeconds: number;
    }
  | {
      readonly kind: 'give-up';
      readonly code: FailureCode;
      readonly because: string;
      readonly advice: string;
    };

/** What a planner may use. */
export interface Limits extends SizeLimits {
  /** The largest size that the stage may ever have. */
  readonly cap: Resources;
  /** What the job can change about itself, cheapest first. */
  readonly levers: readonly Lever[];
}

/** The failed attempts of a stage in this run, oldest first; the last one is judged. */
export type History = readonly [FailedAttempt, ...FailedAttempt[]];

/** The attempt that is judged. */
export function lastOf(failed: History): FailedAttempt {
  return failed.at(-1) ?? failed[0];
}

/** One more attempt of the same size with the same settings. */
export function sameAgain(last: FailedAttempt, because: string, afterSeconds = 0): Decision {
  const { attempt } = last;
  return { kind: 'retry', attempt: { ...attempt, number: attempt.number + 1, levers: [], because }, afterSeconds };
}
