import { isLikeSized, likeSizedRange } from './input-size.js';
import { type Need, scaleUp } from './needs.js';
import { findSlope } from './slope.js';

/** Share of the like-sized runs that would have fitted; Trino takes such a quantile over the tasks of a stage. */
export const COVERED = 0.95;

/** A size for a much smaller input is at least this share of what was measured: a first run there tells the rest. */
const LEAST_SHARE = 0.25;

/** What the stage's author expects for an amount of input, in bytes; its shape scales where no line can be drawn. */
export type Expected = (amount: number) => number;

/**
 * The limit that covers {@link COVERED} of the runs like this one, in bytes. Never falls as the amount grows: where a larger input
 * is seen to need less, the smaller one needs no more either.
 * @param needs at least one
 */
export function estimate(needs: readonly Need[], amount: number, expected: Expected): number {
  const at = estimator(needs, expected);
  // Between these amounts it only grows: a run begins to count, or ceases to.
  const turns = needs.flatMap((need) => {
    const { first, last } = likeSizedRange(need.amount);
    return [first, last + 1];
  });
  return Math.min(at(amount), ...[...new Set(turns)].filter((turn) => turn > amount).map(at));
}

function estimator(needs: readonly Need[], expected: Expected): (amount: number) => number {
  const slope = findSlope(needs);
  const measured = (amount: number): number =>
    quantile(
      needs.filter((need) => isLikeSized(need.amount, amount)).map((need) => need.bytes * scaleUp(need.amount, amount)),
    );
  return (amount) => {
    if (needs.some((need) => isLikeSized(need.amount, amount))) return measured(amount);
    const amounts = needs.map((need) => need.amount);
    const larger = Math.min(...amounts.filter((each) => each > amount));
    const smaller = Math.max(...amounts.filter((each) => each < amount));
    if (larger === Infinity) {
      const base = measured(smaller);
      const grown = slope === null ? base * shape(expected, smaller, amount) : base + slope * (amount - smaller);
      return Math.max(base * scaleUp(smaller, likeSizedRange(smaller).last), grown, expected(amount));
    }
    const top = measured(larger);
    const share = slope === null ? shape(expected, larger, amount) : 1 - (slope * (larger - amount)) / top;
    const least = smaller === -Infinity ? 0 : measured(smaller);
    return Math.min(top, Math.max(least, top * Math.max(share, LEAST_SHARE)));
  };
}

function shape(expected: Expected, from: number, to: number): number {
  return expected(to) / expected(from);
}

/** Nearest rank: always one of the values, so equal values give that value. */
function quantile(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * COVERED) - 1)] ?? 0;
}
