import type { Platforms } from '../../platforms/index.js';
import type { RunJob } from '../runs/find-job-handles.js';
import { heading } from './log-printer.js';

/** The end of a job's log. */
export interface JobTail {
  readonly stage: string;
  readonly attempt: number;
  readonly jobKey: string;
  readonly platform: string;
  readonly log: string;
  /** Why there is nothing, or not yet; null when there is something. */
  readonly note: string | null;
  /** Where the log is to be found without us. */
  readonly places: readonly string[];
}

/** The last `bytes` of a job's log, or why there is none. */
export async function tailOf(platforms: Platforms, job: RunJob, bytes: number): Promise<JobTail> {
  const { stage, attempt, handle } = job;
  const known = { stage, attempt, jobKey: handle.key, platform: handle.platform };
  const platform = Object.hasOwn(platforms, handle.platform) ? platforms[handle.platform] : undefined;
  if (!platform) return { ...known, log: '', note: `platform ${handle.platform} is not configured here`, places: [] };
  const [log, places] = await Promise.all([platform.logs(handle, bytes), platform.logPlaces(handle)]);
  return { ...known, log, note: log === '' ? await noteOf(() => platform.readLog(handle, NOBODY)) : null, places };
}

/** A reader that only wants to know what is waited for. */
const NOBODY = { from: {}, take: () => undefined };

async function noteOf(
  read: () => Promise<{ readonly isWhole: boolean; readonly awaits: string | null }>,
): Promise<string> {
  const { isWhole, awaits } = await read();
  return awaits ?? (isWhole ? 'the job printed nothing' : 'nothing yet');
}

/** A tail as people read it. */
export function tailText({ stage, jobKey, log, note, places }: JobTail): string {
  const text = note === null ? log.trimEnd() : `(${note})`;
  return [heading(stage, jobKey), ...places.map((place) => `at ${place}`), text].join('\n');
}
