import type {
  DescribeProcessingJobResponse,
  DescribeTrainingJobResponse,
  DescribeTransformJobResponse,
} from '@aws-sdk/client-sagemaker';
import type { Usage } from '../../contracts/usage.js';
import type { ServiceState } from '../aws/remote-service.js';
import { secondsBetween } from '../aws/seconds-between.js';

/** How a FailureReason tells the exit code of the container. */
const EXIT_CODE = /\bexit code:? ?(\d{1,3})\b/i;

/** A job that the service stopped because it took too long: nobody wished it to stop. */
const TIMED_OUT = /MaxRuntimeExceeded|MaxWaitTimeExceeded/;

/** While a training job is in one of these, its program has not begun. @see SecondaryStatus */
const BEFORE_TRAINING: Readonly<Record<string, string>> = {
  Starting: 'SageMaker prepares the instances',
  Pending: 'SageMaker waits for instances',
  LaunchingMLInstances: 'SageMaker launches the instances',
  PreparingTrainingStack: 'SageMaker prepares the instances',
  Downloading: 'SageMaker downloads the code',
  DownloadingTrainingImage: 'SageMaker downloads the image',
  Interrupted: 'the instance was interrupted; SageMaker starts the job again',
  Restarting: 'SageMaker starts the job again',
};

/** A job in the words of its kind. */
interface Described {
  readonly status: string | undefined;
  readonly secondary: string | undefined;
  readonly reason: string | undefined;
  readonly seconds: number;
  /** Its program has begun, and so has its log. */
  readonly hasLog: boolean;
  /** Why its program has not begun; null when it has. */
  readonly waits: string | null;
  readonly usage: Usage | null;
  readonly endedAt: Date | undefined;
}

interface ProgramTimes {
  readonly status: string | undefined;
  readonly reason: string | undefined;
  readonly start: Date | undefined;
  readonly end: Date | undefined;
  readonly machines: Machines | undefined;
}

interface Machines {
  readonly InstanceType?: string | undefined;
  readonly InstanceCount?: number | undefined;
}

/** A training job in the words of all services. */
export function trainingState(job: Partial<DescribeTrainingJobResponse>): ServiceState {
  return stateOf({
    status: job.TrainingJobStatus,
    secondary: job.SecondaryStatus,
    reason: job.FailureReason,
    seconds: job.TrainingTimeInSeconds ?? secondsBetween(job.TrainingStartTime, job.TrainingEndTime),
    hasLog: job.TrainingStartTime !== undefined,
    waits: BEFORE_TRAINING[job.SecondaryStatus ?? ''] ?? null,
    usage: instanceUsage(job.ResourceConfig, job.BillableTimeInSeconds),
    endedAt: job.TrainingEndTime ?? job.LastModifiedTime,
  });
}

/** A processing job in the words of all services. */
export function processingState(job: Partial<DescribeProcessingJobResponse>): ServiceState {
  return programState({
    status: job.ProcessingJobStatus,
    reason: job.FailureReason,
    start: job.ProcessingStartTime,
    end: job.ProcessingEndTime,
    machines: job.ProcessingResources?.ClusterConfig,
  });
}

/** A transform job in the words of all services. */
export function transformState(job: Partial<DescribeTransformJobResponse>): ServiceState {
  return programState({
    status: job.TransformJobStatus,
    reason: job.FailureReason,
    start: job.TransformStartTime,
    end: job.TransformEndTime,
    machines: job.TransformResources,
  });
}

/** Of some kinds of jobs the service tells no more than when their program began and ended; that is what they are billed for. */
function programState({ status, reason, start, end, machines }: ProgramTimes): ServiceState {
  const seconds = secondsBetween(start, end);
  return stateOf({
    ...{ status, reason, seconds, secondary: undefined },
    hasLog: start !== undefined,
    waits: start === undefined ? 'SageMaker prepares the instance' : null,
    usage: instanceUsage(machines, end && seconds),
    endedAt: end,
  });
}

function stateOf({ status, secondary, reason = '', seconds, hasLog, waits, usage, endedAt }: Described): ServiceState {
  const over = { seconds, ...(usage && { usage }), ...(endedAt && { endedAt }) };
  switch (status) {
    case 'InProgress':
      return waits === null ? { kind: 'running', isStopping: false } : { kind: 'queued', message: waits };
    case 'Stopping':
      return { kind: 'running', isStopping: true };
    case 'Completed':
      return { kind: 'succeeded', ...over };
    case 'Failed':
      return {
        kind: 'failed',
        ...over,
        reason: reason === '' ? null : reason,
        exitCode: exitCodeIn(reason),
        hasLog,
        unasked: true, // one that somebody ends, or that takes too long, is Stopped; nobody else reaches its machines
      };
    case 'Stopped': {
      const said = [secondary, reason].filter((text) => text !== undefined && text !== '').join(': ');
      return TIMED_OUT.test(said)
        ? { kind: 'failed', ...over, reason: said, exitCode: null, hasLog }
        : { kind: 'stopped', ...over, reason: reason === '' ? null : reason };
    }
    default:
      return { kind: 'absent', message: `SageMaker tells a state that is not known: ${status ?? 'none'}` };
  }
}

/**
 * Hours of the instances that a job really had, all of its hosts together.
 * @param seconds that each of them is billed for; undefined while nobody says
 */
function instanceUsage(machines: Machines | undefined, seconds: number | undefined): Usage | null {
  const { InstanceType: type, InstanceCount: count = 1 } = machines ?? {};
  if (type === undefined || seconds === undefined) return null;
  return { vcpuHours: 0, memoryGibHours: 0, instanceHours: { [type]: (seconds * count) / 3600 } };
}

function exitCodeIn(reason: string): number | null {
  const [, code] = EXIT_CODE.exec(reason) ?? [];
  return code === undefined ? null : Number(code);
}
