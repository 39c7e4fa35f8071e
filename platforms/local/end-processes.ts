import { setTimeout as sleep } from 'node:timers/promises';
import type { Enclosure } from './enclosure.js';
import { signalProcess } from './process-identity.js';

/** How often a dying enclosure is looked at. */
const LOOK_EVERY_MS = 10;

/** A process in uninterruptible sleep (a hanging disk) outlives SIGKILL; after this long it is reported instead of waited for. */
const KILL_PATIENCE_MS = 30_000;

/**
 * Asks every process to end, and waits.
 * @param isEnough ends the wait early
 */
export async function askToEnd(enclosure: Enclosure, graceMs: number, isEnough: () => boolean): Promise<void> {
  const deadline = performance.now() + graceMs;
  for (const pid of enclosure.members()) signalProcess(pid, 'SIGTERM');
  while (enclosure.members().length > 0 && !isEnough() && performance.now() < deadline) await sleep(LOOK_EVERY_MS);
}

/**
 * Kills every process inside, also those that are born meanwhile.
 * @returns pids that could not be killed: none but after {@link KILL_PATIENCE_MS}
 */
export async function killAll(enclosure: Enclosure): Promise<readonly number[]> {
  const deadline = performance.now() + KILL_PATIENCE_MS;
  for (;;) {
    const members = enclosure.members();
    if (members.length === 0 || performance.now() > deadline) return members;
    for (const pid of members) signalProcess(pid, 'SIGKILL');
    await sleep(LOOK_EVERY_MS);
  }
}

/** Kills what is inside and removes the enclosure. */
export async function clear(enclosure: Enclosure): Promise<readonly number[]> {
  const survivors = await killAll(enclosure);
  // The last process leaves the member list a moment before its group may be removed.
  for (let tries = 0; survivors.length === 0 && !enclosure.remove() && tries < 500; tries += 1)
    await sleep(LOOK_EVERY_MS);
  return survivors;
}
