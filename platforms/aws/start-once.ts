import { setTimeout as sleep } from 'node:timers/promises';
import { TemperedError } from '../../contracts/failure.js';
import { faultOf } from './aws-fault.js';
import type { RemoteJobFolder } from './remote-job-folder.js';
import type { RemoteJob, RemoteService } from './remote-service.js';

/**
 * How long whoever claimed a job may take to start it. Longer than the one request of a start can take, shorter than the activity around
 * it; after it the claim is taken over.
 */
const CLAIM_MS = 75_000;

/** A service may show what it has accepted a moment later. */
const LOOKS = 4;
const LOOK_EVERY_MS = 2_000;

/** A job to start, and where. */
export interface Start {
  readonly service: RemoteService;
  readonly folder: RemoteJobFolder;
  readonly job: RemoteJob;
  readonly claimMs?: number | undefined;
}

/**
 * Starts a job at a service that would start it twice when asked twice. Of all who try, one holds the claim in the job's folder and sends
 * the request once; when its answer is lost, the job is looked for by its name. The others wait for what that one notes, and take over
 * when it has died.
 * @returns the service's id of the job
 */
export async function startOnce(start: Start): Promise<string> {
  for (let turn = 1; ; turn += 1) {
    const isOwner = await start.folder.claim(turn);
    const id = isOwner ? await startAsOwner(start, turn) : await waitForOwner(start, turn);
    if (id !== undefined) return id;
  }
}

async function startAsOwner({ service, folder, job }: Start, turn: number): Promise<string> {
  const since = (await folder.findClaim(1)) ?? new Date();
  // An owner before this one may have got further than it could note.
  const earlier = turn > 1 ? await service.find(job.name, since) : undefined;
  if (earlier !== undefined) return earlier;
  try {
    return await service.start(job);
  } catch (error) {
    if (wasRefused(error)) {
      await folder.dropClaim(turn); // nothing was accepted, so whoever tries next need not wait
      throw error;
    }
    for (let look = 0; look < LOOKS; look += 1) {
      await sleep(LOOK_EVERY_MS);
      const id = await service.find(job.name, since);
      if (id !== undefined) return id;
    }
    throw error; // the claim stays: a request that is still under way must not be repeated before it has run out
  }
}

/** True when the service has answered that it does not start the job. */
function wasRefused(error: unknown): boolean {
  return faultOf(error instanceof TemperedError ? error.cause : error) !== 'unreachable';
}

/** @returns undefined when the claim can be taken over */
async function waitForOwner(
  { service, folder, job, claimMs = CLAIM_MS }: Start,
  turn: number,
): Promise<string | undefined> {
  for (;;) {
    const id = await folder.findSubmitted();
    if (id !== undefined) return id;
    const since = await folder.findClaim(turn);
    if (since === undefined) return undefined; // dropped: it is free again
    if (Date.now() - since.getTime() > claimMs) return service.find(job.name, since);
    await sleep(LOOK_EVERY_MS);
  }
}
