import { waitsOf } from '../../activities/waits.js';
import type { JobHandle } from '../../contracts/job-handle.js';
import type { Platform } from '../../platforms/platform.js';
import type { FakeAws } from '../harness/fake-aws.js';

const HOUR_MS = 3_600_000;

/** What an hour of waiting for a job that runs costs in calls of AWS, of whatever service. */
export async function callsAnHour(aws: FakeAws, platform: Platform, running: JobHandle): Promise<number> {
  const before = await callsOf(aws);
  const state = await platform.poll(running);
  const perPoll = (await callsOf(aws)) - before;
  if (state.kind !== 'running' || perPoll === 0)
    throw new Error(`the job is ${state.kind}, and a look at it ${String(perPoll)} calls`);
  let polls = 0;
  let waitedMs = 0;
  for (const waitMs of waitsOf(platform.pacing)) {
    polls += 1;
    waitedMs += waitMs;
    if (waitedMs >= HOUR_MS) break;
  }
  return polls * perPoll;
}

/** Calls of workers. */
async function callsOf(aws: FakeAws): Promise<number> {
  const { client } = await aws.calls();
  return Object.values(client).reduce((sum, count) => sum + count, 0);
}
