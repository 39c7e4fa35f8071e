import type { Evaluation } from '../contracts/metrics.js';

/** A champion that is itself worse than the baseline on this holdout must not predict: then nobody wins. */
export function championStillHolds({ champion, baseline }: Evaluation, margin: number): boolean {
  return champion !== null && champion.mse < baseline.metrics.mse * (1 - margin);
}
