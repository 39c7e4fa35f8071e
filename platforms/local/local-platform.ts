import { mkdirSync, statfsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { TemperedError } from '../../contracts/failure.js';
import type { JobSpec } from '../../contracts/job.js';
import type { Resources } from '../../contracts/resources.js';
import type { JobHandle } from '../../contracts/job-handle.js';
import type { StopReason } from '../../contracts/stop-reason.js';
import type { JobState, Pacing, Platform } from '../platform.js';
import { refuseTooLarge } from '../refuse-too-large.js';
import type { LogReader, LogReading } from '../job-log.js';
import { JobFolder } from './job-folder.js';
import { jobState } from './job-state.js';
import { SAMPLING, memoryEnforcement } from './memory-enforcement.js';
import { planJob } from './plan-job.js';
import type { Host } from './plan-job.js';
import { readLog } from './read-log.js';
import { startSupervisor } from './start-supervisor.js';
import { findState, isFinal, standingOf } from './standing.js';
import { stopJob } from './stop-job.js';

/** Where the local platform keeps its files, what it runs, and how much it may use. */
export interface LocalPlatformOptions {
  /** Folder of everything that the platform keeps; jobs of two folders know nothing of each other. */
  readonly stateDir: string;
  /** Folder that job entries are relative to; it is the jobs' PYTHONPATH. */
  readonly projectRoot: string;
  /** Folder of the Python environment; `.venv` in the project by default. */
  readonly venv?: string | undefined;
  /** Memory for all jobs together; {@link defaultMemoryBudgetBytes} by default. */
  readonly memoryBudgetBytes?: number | undefined;
  /** Processors that a job may count on; all by default. */
  readonly cpus?: number | undefined;
  /** `sampling` leaves the kernel's memory limits unused even where they can be had; `best` is the default. */
  readonly enforcement?: 'best' | 'sampling' | undefined;
  /** How long a stopped job may take to end by itself, in milliseconds; 5000 by default. */
  readonly stopGraceMs?: number | undefined;
}

const STOP_GRACE_MS = 5000;

/** The rest is for the operating system, Temporal, the workers and the page cache that Parquet reading lives on. */
const BUDGET_SHARE = 0.75;

/** What all jobs together may use when the profile does not say: three quarters of the machine, or of the container around us. */
export function defaultMemoryBudgetBytes(): number {
  const constrainedBytes = process.constrainedMemory(); // 0 when unknown, above the total when there is no limit
  const hostBytes = constrainedBytes > 0 ? Math.min(totalmem(), constrainedBytes) : totalmem();
  return Math.floor(hostBytes * BUDGET_SHARE);
}

/** What to do about a job whose folder is not on this machine. */
const PLACE_ADVICE =
  'in tempered.json, set storage.root to a folder, or platform (or stages.<stage>.platform) to one that reaches that storage';

/**
 * Jobs as processes of this machine, each under a supervisor of its own that outlives the worker. The supervisor enforces the memory limit,
 * measures, and writes down how the job ended; this class only starts supervisors and reads what they wrote, so any
 * number of workers may use one state folder at once.
 */
export class LocalPlatform implements Platform {
  readonly name = 'local';
  readonly largest: Resources;
  /** Asking costs a fraction of a millisecond; a short job's end is seen at once, a long one's within a quarter of a second. */
  readonly pacing: Pacing = { firstMs: 20, maxMs: 250 };
  readonly #stateDir: string;
  readonly #host: Host;

  private constructor(options: LocalPlatformOptions) {
    const memoryBytes = options.memoryBudgetBytes ?? defaultMemoryBudgetBytes();
    const cpus = options.cpus ?? availableParallelism();
    const venv = options.venv ?? join(options.projectRoot, '.venv');
    mkdirSync(options.stateDir, { recursive: true });
    const disk = statfsSync(options.stateDir);
    this.largest = { memoryBytes, cpus, diskBytes: disk.blocks * disk.bsize };
    this.#stateDir = options.stateDir;
    this.#host = {
      projectRoot: options.projectRoot,
      venv,
      sparkArchivePath: join(venv, 'spark.jsa'), // set-up makes it from the jars of this environment
      cpus,
      ledger: { directory: join(options.stateDir, 'memory'), budgetBytes: memoryBytes },
      enforcement: options.enforcement === 'sampling' ? SAMPLING : memoryEnforcement(),
      stopGraceMs: options.stopGraceMs ?? STOP_GRACE_MS,
    };
  }

  /** Makes the state folder and finds out how memory can be enforced (some milliseconds). */
  static open(options: LocalPlatformOptions): LocalPlatform {
    return new LocalPlatform(options);
  }

  /**
   * @throws {TemperedError} `WRONG_INPUT` for a job that can never run here; `PLATFORM_UNAVAILABLE` when no process can be started
   */
  async submit(job: JobSpec): Promise<JobHandle> {
    this.#refuseImpossible(job);
    const folder = this.#folder(job.key);
    folder.make();
    const isKnown = isFinal(findState(folder)) || folder.findOwner() !== undefined;
    const plan = planJob(job, folder, this.#host);
    if (!isKnown || folder.findPlan() === undefined) folder.writePlan(plan);
    // A submit that died before this line is repaired by the next one; of two supervisors the second finds the first one's claim.
    if (!isKnown) await startSupervisor(folder);
    return { platform: this.name, key: job.key, id: folder.path };
  }

  async poll({ key }: JobHandle): Promise<JobState> {
    const folder = this.#folder(key);
    return jobState(folder, await standingOf(folder));
  }

  async stop({ key }: JobHandle, reason: StopReason): Promise<void> {
    await stopJob(this.#folder(key), reason);
  }

  logs({ key }: JobHandle, bytes: number): Promise<string> {
    return Promise.resolve(this.#folder(key).logTail(bytes));
  }

  readLog({ key }: JobHandle, reader: LogReader): Promise<LogReading> {
    return Promise.resolve(readLog(this.#folder(key), reader));
  }

  logPlaces({ key }: JobHandle): Promise<readonly string[]> {
    return Promise.resolve([this.#folder(key).logPath]);
  }

  #folder(key: string): JobFolder {
    return JobFolder.of(this.#stateDir, key);
  }

  #refuseImpossible(job: JobSpec): void {
    if (!job.jobDirUri.startsWith('file://')) {
      throw new TemperedError(
        'WRONG_INPUT',
        `job ${job.key} lies at ${job.jobDirUri}; jobs of the local platform read and write files of this machine only; ${PLACE_ADVICE}`,
        { field: 'storage.root', found: job.jobDirUri, advice: PLACE_ADVICE },
      );
    }
    refuseTooLarge(job, this.largest, {
      who: 'all jobs of this machine together',
      advice: 'raise local.memoryBudget in tempered.json, or give the stage less memory',
    });
  }
}
