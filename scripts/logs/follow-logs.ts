import { setTimeout as sleep } from 'node:timers/promises';
import type { LogPosition } from '../../platforms/job-log.js';
import type { Platform } from '../../platforms/platform.js';
import type { RunJob } from '../runs/find-job-handles.js';

/** How a run stands. */
export interface RunJobs {
  readonly jobs: readonly RunJob[];
  readonly isRunning: boolean;
}

/** What of a platform is needed to follow logs. */
export type LogSource = Pick<Platform, 'pacing' | 'readLog' | 'logPlaces'>;

/** What is followed, and who hears of it. */
export interface Following {
  readonly platforms: Readonly<Record<string, LogSource>>;
  /** Asks the run for its jobs so far. */
  readonly look: () => Promise<RunJobs>;
  readonly print: (job: RunJob, chunk: Uint8Array) => void;
  /** Gets a sentence for people: what a log is waited for, where it will be. */
  readonly note: (job: RunJob, text: string) => void;
}

/** Between two looks at the run; a stage takes seconds at least, and each look reads the run's history. */
const RUN_PACING = { firstMs: 250, maxMs: 5_000 };

/** Without news each wait is so much longer than the one before. */
const GROWTH = 1.5;

/**
 * Gives what the jobs of a run write, as it comes, all of them at the same time, until the run is over and each log is whole. A remote
 * service is asked seldom while nothing comes: for SageMaker, three calls a minute.
 * @returns the jobs, in order
 */
export async function followLogs(following: Following): Promise<readonly RunJob[]> {
  const followed = new Map<string, RunJob>();
  const ends: Promise<void>[] = [];
  const failed = new AbortController();
  const waits = new Waits(RUN_PACING);
  for (;;) {
    const { jobs, isRunning } = await following.look();
    const fresh = jobs.filter((job) => !followed.has(job.handle.key));
    for (const job of fresh) {
      followed.set(job.handle.key, job);
      const end = followLog(following, job);
      end.catch(() => {
        failed.abort(); // told below, and at once
      });
      ends.push(end);
    }
    if (!isRunning || failed.signal.aborted) break;
    await waits.next(fresh.length > 0, failed.signal);
  }
  await Promise.all(ends);
  return [...followed.values()];
}

async function followLog({ platforms, print, note }: Following, job: RunJob): Promise<void> {
  const platform = Object.hasOwn(platforms, job.handle.platform) ? platforms[job.handle.platform] : undefined;
  if (!platform) {
    note(job, `platform ${job.handle.platform} is not configured here`);
    return;
  }
  const waits = new Waits(platform.pacing);
  let from: LogPosition = {};
  let told: string | null = null;
  for (;;) {
    let hasNews = false;
    const take = (chunk: Uint8Array) => {
      hasNews = true;
      print(job, chunk);
    };
    const { position, isWhole, awaits } = await platform.readLog(job.handle, { from, take });
    from = position;
    if (awaits !== null && awaits !== told) note(job, await withPlace(platform, job, awaits));
    told = awaits;
    if (isWhole) return;
    await waits.next(hasNews);
  }
}

async function withPlace(platform: LogSource, { handle }: RunJob, awaits: string): Promise<string> {
  const [place] = await platform.logPlaces(handle);
  return place === undefined ? awaits : `${awaits}; it will be at ${place}`;
}

/** Waits that grow while nothing happens, and begin anew when something did. */
class Waits {
  #waitMs: number;

  constructor(private readonly pacing: Platform['pacing']) {
    this.#waitMs = pacing.firstMs;
  }

  async next(hasNews: boolean, signal?: AbortSignal): Promise<void> {
    const { firstMs, maxMs } = this.pacing;
    this.#waitMs = hasNews ? firstMs : Math.min(maxMs, this.#waitMs * GROWTH);
    await sleep(this.#waitMs, undefined, signal && { signal }).catch(() => undefined); // waiting was cut short
  }
}
