import type { Resources, Settings } from './resources.js';
import type { Usage } from './usage.js';
import type { Verdict } from './verdict.js';

/**
 * What an attempt may change about a job. `memory` changes its limit; every other lever is the name of the one setting that it changes:
 *
 * - `concurrency`: tasks, trials or processes at once (0 = one a CPU) - `threads`: of each of them
 * - `batchRows`: rows held at once - `partitions`: parts that a shuffle is cut into
 * - `broadcast`: whether a join may send a whole table to every task - `collect`: whether all rows may be gathered in one process
 * - `histogramBins`: of a tree learner - `overheadShare`: of the limit, kept from a JVM's heap for what lives beside it
 * - `resultLimitMiB`: of results that a Spark driver takes - `sampleShare`: of the training rows; changes the model, and is said in the result
 */
export type SettingLever =
  | 'concurrency'
  | 'threads'
  | 'batchRows'
  | 'partitions'
  | 'broadcast'
  | 'collect'
  | 'histogramBins'
  | 'overheadShare'
  | 'resultLimitMiB'
  | 'sampleShare';
export type Lever = SettingLever | 'memory';

/** One submission of a stage's job: how large, with which lever values, and why so. Never confuse it with Temporal's own activity attempts. */
export interface Attempt {
  readonly number: number;
  readonly resources: Resources;
  readonly settings: Settings;
  /** What was changed against the attempt before; none for a first attempt and for one more of the same. */
  readonly levers: readonly Lever[];
  /** Why so, in one sentence. */
  readonly because: string;
}

/** An attempt that is over and did not succeed. */
export interface FailedAttempt {
  readonly attempt: Attempt;
  readonly verdict: Verdict;
  readonly peakBytes: number | null;
  /** What the allocation that failed asked for, where the failure says so. */
  readonly requestedBytes: number | null;
  readonly seconds: number;
  /** As the platform bills it, where it says so. */
  readonly usage?: Usage;
}
