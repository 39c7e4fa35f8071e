import { setTimeout as sleep } from 'node:timers/promises';
import type { StopReason } from '../../contracts/stop-reason.js';
import type { JobFolder } from './job-folder.js';
import { identify, isRunning, signalProcess } from './process-identity.js';
import { clearUpAfter, findState, isFinal } from './standing.js';
import { unstarted } from './unstarted.js';

/** How often a stopping job is looked at. */
const LOOK_EVERY_MS = 10;

/** The grace of the job, the patience with processes that do not die, and some; a supervisor that needs longer hangs and is killed. */
const SUPERVISOR_PATIENCE_MS = 60_000;

/**
 * Stops a job and waits until nothing of it is left. A job that is over stays as it is. One that was never submitted is marked
 * as stopped, so that a submit that arrives late (its worker was slow, its caller gave up) does not start it.
 */
export async function stopJob(folder: JobFolder, reason: StopReason): Promise<void> {
  folder.make();
  const patientUntil = performance.now() + SUPERVISOR_PATIENCE_MS;
  let signalled = false;
  while (!isFinal(findState(folder))) {
    folder.requestStop(reason);
    const owner = folder.findOwner();
    if (owner === undefined) {
      const self = identify(process.pid);
      if (self && folder.claim(self)) folder.writeState(unstarted('stopped before it was started', reason));
    } else if (!isRunning(owner)) {
      if (isFinal(findState(folder))) return; // it ended between our two looks
      await clearUpAfter(folder);
      folder.writeState(unstarted('its supervisor had died; what it left was ended', reason));
    } else if (owner.pid !== process.pid) {
      if (!signalled) signalProcess(owner.pid, 'SIGTERM');
      signalled = true;
      if (performance.now() > patientUntil) signalProcess(owner.pid, 'SIGKILL');
    }
    await sleep(LOOK_EVERY_MS);
  }
}
