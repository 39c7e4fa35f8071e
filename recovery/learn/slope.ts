import type { Need } from './needs.js';

/** Fewer sizes than this, or sizes closer together, make no line. */
const LEAST_SIZES = 3;
const LEAST_SPREAD = 2;

/**
 * Bytes that each further row (or byte) of input costs: the median of the slopes between all pairs of runs with different inputs,
 * which a few odd runs cannot move. Never negative.
 * @returns null when the sizes seen are too few or too close together
 * @see Theil 1950; Sen 1968, "Estimates of the regression coefficient based on Kendall's tau"
 */
export function findSlope(needs: readonly Need[]): number | null {
  const amounts = needs.map(({ amount }) => amount);
  const spread = Math.max(...amounts) >= LEAST_SPREAD * Math.min(...amounts);
  if (!spread || new Set(amounts).size < LEAST_SIZES) return null;
  const slopes = needs.flatMap((one, index) =>
    needs
      .slice(index + 1)
      .filter((other) => other.amount !== one.amount)
      .map((other) => (other.bytes - one.bytes) / (other.amount - one.amount)),
  );
  slopes.sort((a, b) => a - b);
  const middle = Math.floor(slopes.length / 2);
  const median = slopes.length % 2 === 1 ? slopes[middle] : ((slopes[middle - 1] ?? 0) + (slopes[middle] ?? 0)) / 2;
  return Math.max(0, median ?? 0);
}
