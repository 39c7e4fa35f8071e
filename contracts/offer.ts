import type { Engine } from './job.js';
import type { Resources } from './resources.js';
import type { Usage } from './usage.js';

/** A job as far as its bill depends on it. */
export interface BilledJob {
  readonly stage: string;
  readonly engine: Engine;
  readonly resources: Resources;
}

/** What a platform sells. */
export interface Offer {
  /** The biggest job it can ever run: the ladder's cap. */
  readonly largest: Resources;
  /** Its sizes, smallest first, up to {@link largest}; absent where any size can be had. */
  readonly sizes?: readonly Resources[];
  /**
   * Memory of the machine on which a job of one of these sizes has its driver, where jobs share machines: a larger job on the same machine
   * has no more of it. Absent where every size is a machine, or none can be told.
   */
  readonly hostBytesOf?: (size: Resources) => number;
  /** What a job takes in so many seconds, as the platform bills it; absent where that is its own CPUs and memory. */
  readonly usageOf?: (job: BilledJob, seconds: number) => Usage;
}
