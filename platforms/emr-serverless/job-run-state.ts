import type { JobRun } from '@aws-sdk/client-emr-serverless';
import type { Usage } from '../../contracts/usage.js';
import type { ServiceState } from '../aws/remote-service.js';
import { secondsBetween } from '../aws/seconds-between.js';

/** How `stateDetails` tells the exit code of the driver. */
const EXIT_CODE = /\bExit ?Code: ?(\d{1,3})\b/i;

/** A run that the service cancelled because it took too long: nobody wished it to stop. */
const TIMED_OUT = /timed? ?out|execution timeout|exceeded .{0,40}(?:duration|time)/i;

/** A job run in the words of all services. */
export function jobRunState(jobRunId: string, run: Partial<JobRun> | undefined): ServiceState {
  const reason = run?.stateDetails === undefined || run.stateDetails === '' ? null : run.stateDetails;
  const seconds = run?.totalExecutionDurationSeconds ?? secondsBetween(run?.startedAt, run?.endedAt ?? run?.updatedAt);
  const hasLog = run?.startedAt !== undefined;
  const over = { seconds, ...billedUsage(run), ...endOf(run) };
  switch (run?.state) {
    case 'SUBMITTED':
    case 'QUEUED':
    case 'PENDING':
    case 'SCHEDULED':
      return { kind: 'queued', message: reason ?? `the job run is ${run.state.toLowerCase()}` };
    case 'RUNNING':
      return { kind: 'running', isStopping: false };
    case 'CANCELLING':
      return { kind: 'running', isStopping: true };
    case 'SUCCESS':
      return { kind: 'succeeded', ...over };
    case 'FAILED':
      // A run that somebody ends, or that takes too long, is CANCELLED; nobody reaches its workers but the service.
      return { kind: 'failed', ...over, reason, exitCode: exitCodeIn(reason), hasLog, unasked: true };
    case 'CANCELLED':
      return reason !== null && TIMED_OUT.test(reason)
        ? { kind: 'failed', ...over, reason: `Job run timed out: ${reason}`, exitCode: null, hasLog }
        : { kind: 'stopped', ...over, reason };
    case undefined:
      return { kind: 'absent', message: `the service says nothing about the job run ${jobRunId}` };
  }
}

/** What the service bills: whole minutes at least, and of disks only what is beyond a worker's own. Nothing until it has counted. */
function billedUsage(run: Partial<JobRun> | undefined): { readonly usage?: Usage } {
  const { vCPUHour, memoryGBHour, storageGBHour = 0 } = run?.billedResourceUtilization ?? {};
  if (vCPUHour === undefined || memoryGBHour === undefined || vCPUHour === 0) return {};
  return {
    usage: { vcpuHours: vCPUHour, memoryGibHours: memoryGBHour, storageGibHours: storageGBHour, instanceHours: {} },
  };
}

/** A run that is over is not updated any more, in case its end is not told by itself. */
function endOf(run: Partial<JobRun> | undefined): { readonly endedAt?: Date } {
  const endedAt = run?.endedAt ?? run?.updatedAt;
  return endedAt ? { endedAt } : {};
}

function exitCodeIn(reason: string | null): number | null {
  const [, code] = EXIT_CODE.exec(reason ?? '') ?? [];
  return code === undefined ? null : Number(code);
}
