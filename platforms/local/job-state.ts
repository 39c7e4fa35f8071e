import { join } from 'node:path';
import type { Evidence } from '../../contracts/evidence.js';
import { JOB_FILES, JobError, Progress } from '../../contracts/job.js';
import { reasonOf } from '../job-account.js';
import { LOG_TAIL_BYTES } from '../log-tail.js';
import type { JobState, Vitals } from '../platform.js';
import { findJson } from './atomic-file.js';
import type { JobFolder } from './job-folder.js';
import { findPlan } from './standing.js';
import { VitalsFile } from './state-file.js';
import type { EndedState, PlanFile, StateFile } from './state-file.js';

/** Ten times as long as a supervisor needs: older signs of life would make a busy job look dead. */
const VITALS_MAX_AGE_MS = 10_000;

/** Says how a job stands in the words of every platform. */
export function jobState(folder: JobFolder, state: StateFile): JobState {
  if (state.phase === 'queued') return { kind: 'queued', message: state.message };
  if (state.phase === 'lost') return { kind: 'lost', message: state.message };
  const plan = findPlan(folder);
  if (!plan) return { kind: 'lost', message: 'it was stopped before it was submitted' };
  if (state.phase === 'running')
    return { kind: 'running', progress: findProgress(plan.jobDirectory), vitals: findVitals(folder) };
  const { exit, reason, stopRequested, seconds, peakBytes } = state;
  if (exit?.code === 0 && reason === null && stopRequested === null) {
    return { kind: 'exited', seconds, peakBytes: peakBytes ?? 0, oomKills: state.oomKillDelta };
  }
  return { kind: 'failed', evidence: evidenceOf(folder, plan, state), seconds, peakBytes };
}

/** A job's own word on how far it is; null when there is none that can be understood. */
function findProgress(jobDirectory: string): Progress | null {
  const parsed = Progress.safeParse(findJson(join(jobDirectory, JOB_FILES.progress)));
  return parsed.success ? parsed.data : null;
}

function findVitals(folder: JobFolder): Vitals | null {
  const parsed = VitalsFile.safeParse(folder.findVitals(VITALS_MAX_AGE_MS));
  return parsed.success ? parsed.data : null;
}

function evidenceOf(folder: JobFolder, plan: PlanFile, state: EndedState): Evidence {
  const parsed = JobError.safeParse(findJson(join(plan.jobDirectory, JOB_FILES.error)));
  const own = parsed.success ? parsed.data : undefined;
  return {
    engine: plan.engine,
    exit: state.exit,
    reason: state.reason ?? reasonOf(own),
    errorClass: own?.errorClass ?? null,
    errorMessage: own?.message ?? null,
    logTail: folder.logTail(LOG_TAIL_BYTES),
    kernel: { oomKillDelta: state.oomKillDelta },
    memory: { limitBytes: plan.memoryBytes, peakBytes: state.peakBytes },
    stopRequested: state.stopRequested,
  };
}
