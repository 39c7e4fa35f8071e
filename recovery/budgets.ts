import type { VerdictKind } from '../contracts/verdict.js';

/** Kinds of failure that are worth another attempt of the same size. */
export type RepeatableKind = Extract<
  VerdictKind,
  'preempted' | 'lost' | 'unknown' | 'timeout' | 'capacity' | 'throttled'
>;

/**
 * How many attempts of a stage may end in each way. They are separate: a machine that is taken away never eats a memory attempt,
 * and a memory failure never eats a place in the queue for capacity.
 */
export const BUDGETS: Readonly<Record<'out-of-memory' | RepeatableKind, number>> = {
  'out-of-memory': 6,
  preempted: 10,
  lost: 3,
  unknown: 2,
  timeout: 2,
  capacity: 8,
  throttled: 8,
};

const FIRST_WAIT_SECONDS = 30;
const LONGEST_WAIT_SECONDS = 15 * 60;

/**
 * How long to wait for a platform that has no room: 30 s, doubled each time, 15 minutes at most.
 * @param refusals how many times it has refused so far; 1 or more
 */
export function waitSeconds(refusals: number): number {
  return Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (refusals - 1));
}
