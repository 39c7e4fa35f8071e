import type { Resources, Settings } from './resources.js';
import type { Verdict } from './verdict.js';

/** What an attempt may change about a job. */
export type Lever =
  'concurrency' | 'partitions' | 'batch-rows' | 'broadcast-off' | 'histogram-bins' | 'threads' | 'sample' | 'memory';

/** One submission of a stage's job: how large, with which lever values, and why so. Never confuse it with Temporal's own activity attempts. */
export interface Attempt {
  readonly number: number;
  readonly resources: Resources;
  readonly settings: Settings;
  readonly lever: Lever | null;
  readonly because: string;
}

/** An attempt that is over and did not succeed. */
export interface FailedAttempt {
  readonly attempt: Attempt;
  readonly verdict: Verdict;
  readonly peakBytes: number | null;
  readonly seconds: number;
}
