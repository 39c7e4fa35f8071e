import type { Evidence } from './evidence.js';
import type { JobResult } from './job.js';
import type { Usage } from './usage.js';

/** A job that failed. It is a value, not an exception: the workflow decides what it means. */
export interface FailedJob {
  readonly kind: 'failed';
  readonly evidence: Evidence;
  readonly seconds: number;
  readonly peakBytes: number | null;
  /** As the platform bills it, where it says so. */
  readonly usage?: Usage;
}

/** How a job ended. */
export type JobOutcome =
  | {
      readonly kind: 'succeeded';
      readonly result: JobResult;
      readonly seconds: number;
      readonly peakBytes: number;
      readonly usage?: Usage;
    }
  | FailedJob;
