import { identify, isRunning } from './process-identity.js';
import { statSync } from 'node:fs';
import { clear } from './end-processes.js';
import type { JobFolder } from './job-folder.js';
import { openEnclosure } from './open-enclosure.js';
import { PlanFile, StateFile } from './state-file.js';
import { removeTemporary } from './temporary.js';

/** A supervisor starts in a tenth of a second; one that has not claimed its job after this long, on however busy a machine, has died. */
const START_PATIENCE_MS = 60_000;

/** The state as last written; undefined when there is none. */
export function findState(folder: JobFolder): StateFile | undefined {
  const parsed = StateFile.safeParse(folder.findState());
  return parsed.success ? parsed.data : undefined;
}

/** What must be known of a job's plan; undefined when it was never submitted. */
export function findPlan(folder: JobFolder): PlanFile | undefined {
  const parsed = PlanFile.safeParse(folder.findPlan());
  return parsed.success ? parsed.data : undefined;
}

/** True for a state that never changes again. */
export function isFinal(state: StateFile | undefined): state is Extract<StateFile, { phase: 'ended' | 'lost' }> {
  return state?.phase === 'ended' || state?.phase === 'lost';
}

/**
 * How a job stands now. When its supervisor has died without a last word, what it left is ended and removed first, and the
 * job is lost from then on.
 */
export async function standingOf(folder: JobFolder): Promise<StateFile> {
  // The owner is looked at before the state: a supervisor that ended in between has written its last state by then.
  const owner = folder.findOwner();
  const isOwned = owner !== undefined && isRunning(owner);
  const state = findState(folder);
  if (isFinal(state)) return state;
  if (isOwned) return state ?? { phase: 'queued', message: 'its supervisor has just started' };
  if (owner !== undefined) {
    const ended = await clearUpAfter(folder);
    return settle(folder, `its supervisor (process ${owner.pid}) died; ${ended} processes that it left were ended`);
  }
  return giveUpUnclaimed(folder);
}

/**
 * Ends and removes what a dead supervisor left of its job.
 * @returns how many processes were still there
 */
export async function clearUpAfter(folder: JobFolder): Promise<number> {
  const state = findState(folder);
  let ended = 0;
  if (state?.phase === 'running') {
    const enclosure = openEnclosure(state.enclosure);
    ended = enclosure.members().length;
    await clear(enclosure);
  }
  const plan = findPlan(folder);
  if (plan) removeTemporary(plan.temporary);
  return ended;
}

/** Nobody answers for the job. It may be starting; after a while it is claimed here, so that a late supervisor cannot start it. */
function giveUpUnclaimed(folder: JobFolder): StateFile {
  const made = statSync(folder.path, { throwIfNoEntry: false });
  if (!made) return { phase: 'lost', message: 'no such job is known on this machine' };
  const self = identify(process.pid);
  const isLate = Date.now() - made.mtimeMs > START_PATIENCE_MS;
  if (!isLate || self === undefined || !folder.claim(self))
    return { phase: 'queued', message: 'its supervisor is starting' };
  return settle(folder, `its supervisor did not start; see ${folder.supervisorLogPath}`);
}

function settle(folder: JobFolder, message: string): StateFile {
  const lost: StateFile = { phase: 'lost', message };
  folder.writeState(lost);
  return lost;
}
