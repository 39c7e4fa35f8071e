import { setTimeout as sleep } from 'node:timers/promises';
import { TemperedError } from '../../contracts/failure.js';
import { faultOf } from './aws-fault.js';
import type { RemoteJobFolder } from '../remote/remote-job-folder.js';

/**
 * How long whoever claimed a job may take to start it. Longer than the one request of a start can take, shorter than the activity around
 * it; after it the claim is taken over.
 */
const CLAIM_MS = 75_000;

/** A service may show what it has accepted a moment later. */
const LOOKS = 4;
const LOOK_EVERY_MS = 2_000;

/** Something to start once, as a job or a cluster. */
export interface Start {
  /** Where the claim stands, and what its owner notes. */
  readonly folder: RemoteJobFolder;
  /** Sends the request, once. @returns the service's id */
  readonly start: () => Promise<string>;
  /** Looks for what was started since then. */
  readonly find: (since: Date) => Promise<string | undefined>;
  readonly claimMs?: number | undefined;
}

/**
 * Starts something at a service that would start it twice when asked twice. Of all who try, one holds the claim in the folder and sends
 * the request once; when its answer is lost, what it started is looked for. The others wait for what that one notes, and take over
 * when it has died.
 * @returns the service's id, which the caller notes
 */
export async function startOnce(start: Start): Promise<string> {
  for (let turn = 1; ; turn += 1) {
    const isOwner = await start.folder.claim(turn);
    const id = isOwner ? await startAsOwner(start, turn) : await waitForOwner(start, turn);
    if (id !== undefined) return id;
  }
}

async function startAsOwner({ folder, start, find }: Start, turn: number): Promise<string> {
  const since = (await folder.findClaim(1)) ?? new Date();
  // An owner before this one may have got further than it could note.
  const earlier = turn > 1 ? await find(since) : undefined;
  if (earlier !== undefined) return earlier;
  try {
    return await start();
  } catch (error) {
    if (wasRefused(error)) {
      await folder.dropClaim(turn); // nothing was accepted, so whoever tries next need not wait
      throw error;
    }
    for (let look = 0; look < LOOKS; look += 1) {
      await sleep(LOOK_EVERY_MS);
      const id = await find(since);
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
async function waitForOwner({ folder, find, claimMs = CLAIM_MS }: Start, turn: number): Promise<string | undefined> {
  for (;;) {
    const id = await folder.findSubmitted();
    if (id !== undefined) return id;
    const since = await folder.findClaim(turn);
    if (since === undefined) return undefined; // dropped: it is free again
    if (Date.now() - since.getTime() > claimMs) return find(since);
    await sleep(LOOK_EVERY_MS);
  }
}
