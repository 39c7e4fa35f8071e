import type { EvidenceEngine } from '../../contracts/evidence.js';
import type { Engine, JobSpec, Progress } from '../../contracts/job.js';
import type { Offer } from '../../contracts/offer.js';
import type { Usage } from '../../contracts/usage.js';
import type { LogPosition, LogReader } from '../job-log.js';
import type { CodeInStorage } from '../remote/code-bundle.js';
import type { Requirement } from './requirement.js';

/** A job as a service is asked to run it. */
export interface RemoteJob {
  readonly spec: JobSpec;
  /** Names the job at the service; the same for the same key, see `jobName`. */
  readonly name: string;
  readonly code: CodeInStorage;
  /** URI of `job.json`. */
  readonly jobUri: string;
  /** To be called whenever preparations that may take minutes have got on. */
  readonly alive: () => void;
}

/** When a job was over, by the service's clock; undefined where it does not say. */
interface Over {
  readonly endedAt?: Date | undefined;
}

/** What a service knows of a job at one moment, whatever its own words for it; `usage` as it bills the job, where it says so. */
export type ServiceState =
  | { readonly kind: 'queued'; readonly message: string }
  /** `isStopping`: it was asked to stop, and has not yet. `progress`: where the service knows it and the job does not tell it itself. */
  | { readonly kind: 'running'; readonly isStopping: boolean; readonly progress?: Progress }
  | ({ readonly kind: 'succeeded'; readonly seconds: number; readonly usage?: Usage } & Over)
  | ({
      readonly kind: 'failed';
      readonly seconds: number;
      /** The service's own text. */
      readonly reason: string | null;
      readonly exitCode: number | null;
      /** Whether a log can be hoped for: not of a job that never got to run. */
      readonly hasLog: boolean;
      /** The service accounts for every end that it or somebody brings about, and has none for this job; see `Evidence`. */
      readonly unasked?: true;
      readonly usage?: Usage;
    } & Over)
  /** It ended because somebody asked for it. */
  | ({
      readonly kind: 'stopped';
      readonly seconds: number;
      readonly reason: string | null;
      readonly usage?: Usage;
    } & Over)
  | { readonly kind: 'absent'; readonly message: string };

/** What a job wrote. */
export interface FoundLog {
  readonly text: string;
  /** False while the service is known to deliver more. */
  readonly isWhole: boolean;
  /** How the job exited, where only its log tells. */
  readonly exitCode?: number;
}

/** What was read on of a job's log. */
export interface ReadLog {
  readonly position: LogPosition;
  /** Given the end of the job, nothing more will come. */
  readonly isWhole: boolean;
}

/** A service that runs jobs far away; `RemotePlatform` makes a platform of it. Errors are `TemperedError`s, see `callAws`. */
export interface RemoteService {
  /** Name of the platform. */
  readonly name: string;
  /** Whose words its evidence is in. */
  readonly evidenceEngine: EvidenceEngine;
  readonly offer: Offer;
  /** Engines whose jobs it can run. */
  readonly engines: readonly Engine[];
  /**
   * True when asking it twice to start the same job gives one job, by a client token or a unique name. Otherwise `start` must send its
   * request once only: whether it was accepted is found out by {@link find}.
   */
  readonly startsOnce: boolean;
  /** How long after a job's end its log may still be missing, in milliseconds. */
  readonly logDelayMs: number;
  requirements(): readonly Requirement[];
  /** Starts a job. @returns the service's id of it */
  start(job: RemoteJob): Promise<string>;
  /** Looks for a job by its name; `since` bounds the search where a service has no search by name. */
  find(name: string, since: Date): Promise<string | undefined>;
  describe(id: string): Promise<ServiceState>;
  /** Asks a job to stop. Returns when the service has taken note; one that is over is fine. */
  cancel(id: string): Promise<void>;
  /**
   * Does what the service leaves undone of a job that is over, before its end is told: once more is the same as once. Absent where a job does
   * all of it itself.
   */
  conclude?(id: string, key: string): Promise<void>;
  /** The last `bytes` of what the job wrote; null while the service has delivered nothing of it. */
  findLog(id: string, bytes: number): Promise<FoundLog | null>;
  /** How what a job prints is delivered, in a sentence: for people who wait for it. */
  readonly logDelivery: string;
  /**
   * Gives a reader what has been delivered since its last reading.
   * @param endedAt when the job was over, asked for before this; null while it is not
   */
  readLog(id: string, reader: LogReader, endedAt: Date | null): Promise<ReadLog>;
  /** Where people find the log: URIs and pages of the console. */
  logPlaces(id: string): Promise<readonly string[]>;
}
