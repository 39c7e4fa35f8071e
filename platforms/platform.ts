import type { JobHandle } from '../contracts/job-handle.js';
import type { JobSpec, Progress } from '../contracts/job.js';
import type { FailedJob } from '../contracts/outcome.js';
import type { Offer } from '../contracts/offer.js';
import type { StopReason } from '../contracts/stop-reason.js';
import type { Usage } from '../contracts/usage.js';
import type { Finding } from './finding.js';
import type { LogReader, LogReading } from './job-log.js';

/** What a platform knows of a job at one moment. `lost` means that nothing can be known any more: the job neither runs nor left a result. */
export type JobState =
  | { readonly kind: 'queued'; readonly message: string }
  | { readonly kind: 'running'; readonly progress: Progress | null; readonly vitals: Vitals | null }
  | {
      readonly kind: 'exited';
      readonly seconds: number;
      readonly peakBytes: number;
      /** Processes of the job that the kernel killed for memory; null where the platform cannot see it. */
      readonly oomKills: number | null;
      /** As the platform will bill it, where it says so. */
      readonly usage?: Usage;
    }
  | FailedJob
  | { readonly kind: 'lost'; readonly message: string };

/** Signs of life of a running job, as far as the platform sees them: what tells a busy job from one that hangs. */
export interface Vitals {
  /** Processes of the job that the kernel killed for memory so far. */
  readonly oomKills: number | null;
  /** CPU time that all of its processes have used so far. */
  readonly cpuSeconds: number | null;
  /** Bytes that all of its processes have read from and written to disks so far. */
  readonly diskBytes: number | null;
}

/** How often a waiting activity asks: from `firstMs`, growing to `maxMs`. Remote platforms count calls, the local one does not. */
export interface Pacing {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** A place where jobs can run. One file (or folder) each; the contract tests in test/contracts hold for all of them. */
export interface Platform extends Offer {
  readonly name: string;
  readonly pacing: Pacing;
  /**
   * Starts a job, or finds it: asking twice with the same key gives one job.
   * @param alive called whenever preparations that may take minutes have got on, as the packing of a large model
   */
  submit(job: JobSpec, alive?: () => void): Promise<JobHandle>;
  /** `exited` means exit code 0; whether it also succeeded, the job's result file decides. */
  poll(handle: JobHandle): Promise<JobState>;
  /** Returns when the job and every process that it started have stopped. */
  stop(handle: JobHandle, reason: StopReason): Promise<void>;
  /** The last `bytes` of stdout and stderr together. */
  logs(handle: JobHandle, bytes: number): Promise<string>;
  /** Reads the log on from where the reader stands, as far as it has been delivered. A job that is not over may write more. */
  readLog(handle: JobHandle, reader: LogReader): Promise<LogReading>;
  /** Where people find the log without us: paths, URIs, pages. */
  logPlaces(handle: JobHandle): Promise<readonly string[]>;
  /** What it needs of its surroundings, and whether that is there: read by `tempered doctor`. Starts and changes nothing. */
  check?(): Promise<readonly Finding[]>;
}
