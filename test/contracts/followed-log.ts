import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { JobSpec } from '../../contracts/job.js';
import type { Platform } from '../../platforms/platform.js';
import { followLogs, type LogSource } from '../../scripts/logs/follow-logs.js';
import { eventually } from '../harness/eventually.js';
import { REMOTE_PATIENCE } from './remote-jobs.js';

/** Says one thing, waits for a file, and says another. */
const speaksTwice = (path: string): string => `
print("first half", flush=True)
while not os.path.exists(${JSON.stringify(path)}):
    time.sleep(0.05)
print("second half", flush=True)`;

/** Where a log is followed. */
export interface FollowedOn {
  readonly platform: Platform;
  readonly makeJob: (name: string, source: string) => Promise<JobSpec>;
  /** Whether the log comes while the job runs. */
  readonly isLive: boolean;
}

/** What people were told while they followed the log. */
export interface Followed {
  readonly job: JobSpec;
  readonly notes: readonly string[];
}

/**
 * Follows the log of a job that speaks twice, as `tempered logs RUN --follow` does, from its submit to its last word: nothing is missing and
 * nothing comes twice.
 */
export async function followToTheEnd({ platform, makeJob, isLive }: FollowedOn): Promise<Followed> {
  const folder = mkdtempSync(join(tmpdir(), 'tempered-follow-'));
  try {
    const job = await makeJob('speaks', speaksTwice(join(folder, 'go-on')));
    const runJob = { stage: job.stage, attempt: 1, handle: await platform.submit(job) };
    const [notes, said]: [string[], string[]] = [[], []];
    const source: LogSource = {
      pacing: { firstMs: 200, maxMs: 1_000 },
      readLog: (handle, reader) => platform.readLog(handle, reader),
      logPlaces: (handle) => platform.logPlaces(handle),
    };
    const whole = followLogs({
      platforms: { [platform.name]: source },
      look: () => Promise.resolve({ jobs: [runJob], isRunning: said.length === 0 }),
      print: (_job, chunk) => said.push(Buffer.from(chunk).toString('utf8')),
      note: (_job, text) => notes.push(text),
    });
    if (isLive) {
      await eventually(() => said.join('').includes('first half'), REMOTE_PATIENCE);
      expect(said.join('')).not.toContain('second half');
    }
    writeFileSync(join(folder, 'go-on'), '');
    await expect(whole).resolves.toEqual([runJob]);
    expect(said.join('').match(/^(first|second) half$/gm)).toEqual(['first half', 'second half']);
    return { job, notes };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
