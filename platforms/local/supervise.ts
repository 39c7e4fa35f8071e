import { accessSync, constants, mkdirSync, statfsSync, symlinkSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatBytes } from '../../contracts/bytes.js';
import { messageOf } from '../../contracts/system-error.js';
import type { Vitals } from '../platform.js';
import type { Enclosure } from './enclosure.js';
import { clear } from './end-processes.js';
import type { JobFolder } from './job-folder.js';
import { localReason } from './local-reason.js';
import { MemoryGroup } from './memory-group.js';
import { MemoryLedger } from './memory-ledger.js';
import { identify } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';
import { ProcessTree } from './process-tree.js';
import { runJob } from './run-job.js';
import type { EndedState } from './state-file.js';
import { StopRequest } from './stop-request.js';
import type { SupervisorPlan } from './supervisor-plan.js';
import { removeTemporary } from './temporary.js';
import { unstarted } from './unstarted.js';

/** How often a waiting supervisor looks whether it is its job's turn. */
const QUEUE_LOOK_EVERY_MS = 50;

/**
 * Answers for one job from claim to final state: waits for memory, checks the disk, runs the job in its enclosure, clears up, and
 * says last how it ended. Does nothing when another process answers for the job.
 */
export async function supervise(folder: JobFolder): Promise<void> {
  const self = identify(process.pid);
  if (!self) throw new Error('this process is not in the process table');
  const stop = StopRequest.listen(folder); // before the claim: whoever sees the claim may signal
  if (!folder.claim(self)) return;
  const plan = folder.loadPlan();
  try {
    folder.writeState(await queueAndRun(plan, { folder, stop, self }));
  } catch (error) {
    const text = messageOf(error);
    folder.writeState(unstarted(localReason('supervisor-failed', text), stop.reason));
    throw error;
  }
}

interface Duty {
  readonly folder: JobFolder;
  readonly stop: StopRequest;
  readonly self: ProcessIdentity;
}

async function queueAndRun(plan: SupervisorPlan, duty: Duty): Promise<EndedState> {
  const ledger = new MemoryLedger(plan.ledger);
  const ticket = ledger.join({ key: plan.key, memoryBytes: plan.memoryBytes, holder: duty.self });
  try {
    let told = '';
    for (
      let turn = ledger.turn(ticket, plan.memoryBytes);
      !turn.granted;
      turn = ledger.turn(ticket, plan.memoryBytes)
    ) {
      if (turn.message !== told) duty.folder.writeState({ phase: 'queued', message: turn.message });
      told = turn.message;
      await Promise.race([sleep(QUEUE_LOOK_EVERY_MS), duty.stop.asked]);
      if (duty.stop.reason !== null) break;
    }
    if (duty.stop.reason !== null) return unstarted(null, duty.stop.reason);
    const obstacle = findObstacle(plan);
    return obstacle === null ? await runEnclosed(plan, duty) : unstarted(obstacle, duty.stop.reason);
  } finally {
    ledger.leave(ticket);
  }
}

/** What stands against starting the job at all. */
function findObstacle(plan: SupervisorPlan): string | null {
  const disk = statfsSync(plan.jobDirectory);
  const freeBytes = disk.bavail * disk.bsize;
  if (freeBytes < plan.diskBytes) {
    const room = `${formatBytes(freeBytes)} are free in ${plan.jobDirectory}, the job needs ${formatBytes(plan.diskBytes)}`;
    return localReason('disk-full', `no space left on device: ${room}`);
  }
  const [program = ''] = plan.argv;
  try {
    if (isAbsolute(program)) accessSync(program, constants.X_OK);
    return null;
  } catch {
    return localReason('launch-failed', `${program} is not there or cannot be run`);
  }
}

async function runEnclosed(plan: SupervisorPlan, { folder, stop }: Duty): Promise<EndedState> {
  // Said before anything exists, so that whoever finds us dead knows what to look for.
  folder.writeState({ phase: 'running', enclosure: plan.enclosure });
  const enclosure = enclose(plan);
  let survivors: readonly number[] = [];
  let end: EndedState;
  try {
    mkdirSync(plan.temporary.directory, { recursive: true });
    symlinkSync(plan.temporary.directory, plan.temporary.link);
    const onStarted = () => {
      folder.writeState({ phase: 'running', enclosure: enclosure.record() });
    };
    const onVitals = (vitals: Vitals) => {
      folder.writeVitals(vitals);
    };
    end = await runJob(plan, { enclosure, logPath: folder.logPath, stop, onStarted, onVitals });
  } finally {
    survivors = await clear(enclosure); // what the job left behind, as daemons do
    removeTemporary(plan.temporary);
  }
  if (survivors.length === 0) return end;
  return { ...end, reason: localReason('supervisor-failed', `processes ${survivors.join(', ')} do not die`) };
}

function enclose({ enclosure, memoryBytes }: SupervisorPlan): Enclosure {
  return enclosure.kind === 'rss-sampling'
    ? ProcessTree.create(enclosure.marker, memoryBytes)
    : MemoryGroup.create(enclosure, memoryBytes);
}
