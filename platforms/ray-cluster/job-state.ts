import { constants } from 'node:os';
import { Engine, type JobError } from '../../contracts/job.js';
import type { Evidence } from '../../contracts/evidence.js';
import type { StopReason } from '../../contracts/stop-reason.js';
import { reasonOf } from '../job-account.js';
import type { JobState } from '../platform.js';
import type { RayJob } from './jobs-api.js';

/** How Ray names the end of a job whose own program failed; every other type is a failure of the cluster's. */
const PROGRAM_FAILED = 'JOB_ENTRYPOINT_COMMAND_ERROR';

/** Ray repeats the log in its message; the words that explain a failure of its own come first. */
const REASON_CHARACTERS = 4000;

/** What is known of a job that is over, beside what Ray says. */
export interface JobEnd {
  readonly stopRequested: StopReason | null;
  readonly account: JobError | undefined;
  readonly logTail: string;
}

/** True when Ray will not change its mind any more. */
export function isOver({ status }: RayJob): boolean {
  return status !== 'PENDING' && status !== 'RUNNING';
}

/** Time from the submit to the end. */
export function secondsOf({ start_time, end_time }: RayJob): number {
  return start_time && end_time ? Math.max(0, end_time - start_time) / 1000 : 0;
}

/** How a job failed that Ray calls FAILED or STOPPED. */
export function failedState(job: RayJob, end: JobEnd): JobState {
  return { kind: 'failed', evidence: evidenceOf(job, end), seconds: secondsOf(job), peakBytes: null };
}

/** A job that was stopped before it began. */
export function neverStarted(stopRequested: StopReason): JobState {
  const evidence: Evidence = { engine: 'ray', exit: null, reason: null, stopRequested };
  return { kind: 'failed', evidence, seconds: 0, peakBytes: null };
}

function evidenceOf(job: RayJob, { stopRequested, account, logTail }: JobEnd): Evidence {
  const ofProgram = (job.error_type ?? PROGRAM_FAILED) === PROGRAM_FAILED;
  const engine = Engine.safeParse(job.metadata?.['engine']);
  return {
    // Where the cluster failed, the words are Ray's, whatever the program was written for.
    engine: ofProgram && engine.success ? engine.data : 'ray',
    exit: exitOf(job.driver_exit_code),
    reason: ofProgram ? reasonOf(account) : `${job.error_type ?? ''}: ${job.message ?? ''}`.slice(0, REASON_CHARACTERS),
    errorClass: account?.errorClass ?? null,
    errorMessage: account?.message ?? null,
    logTail,
    // A job that Ray calls stopped without a word of ours was stopped by a person, in its dashboard or by its command.
    stopRequested: stopRequested ?? (job.status === 'STOPPED' ? 'cancel' : null),
  };
}

/** Ray tells the code as Python does: the negative number of a signal, for a program that a signal ended. */
function exitOf(code: number | null | undefined): Evidence['exit'] {
  if (code === null || code === undefined) return null;
  const signals = Object.entries(constants.signals);
  const signal = code < 0 ? signals.find(([, number]) => number === -code)?.[0] : undefined;
  return { code: code < 0 ? 128 - code : code, signal: signal ?? null };
}
