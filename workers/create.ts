import { type NativeConnection, Worker } from '@temporalio/worker';
import { jobsActivities, localActivities } from '../activities/index.js';
import type { ActivityContext, JobsContext } from '../activities/context.js';
import { JOBS_QUEUE, ORCHESTRATOR_QUEUE } from '../contracts/task-queues.js';
import { FAILURE_INTERCEPTOR } from './failure-interceptor.js';

/** How long a worker may finish what it does when it is asked to stop. Jobs are not part of that: they outlive it. */
const SHUTDOWN_GRACE = '2 seconds';

/** A cached run takes 30-60 KiB; this many stay far below the heap of a small container. */
const MAX_CACHED_WORKFLOWS = 200;

/** Waiting costs next to nothing: the platform's budget, not this number, decides how many jobs run. */
const MAX_WAITING = 200;

/** People watch heartbeats live; the default throttle would show them up to 24 seconds late. */
const HEARTBEAT_THROTTLE = '2 seconds';

/** The server that a worker serves. */
export interface Server {
  readonly connection: NativeConnection;
  readonly namespace: string;
}

/** The worker that runs workflows and the quick decisions between their jobs. */
export function createOrchestrator(server: Server, context: ActivityContext, bundlePath: string): Promise<Worker> {
  return Worker.create({
    ...server,
    taskQueue: ORCHESTRATOR_QUEUE,
    workflowBundle: { codePath: bundlePath },
    activities: localActivities(context),
    interceptors: FAILURE_INTERCEPTOR,
    maxCachedWorkflows: MAX_CACHED_WORKFLOWS,
    shutdownGraceTime: SHUTDOWN_GRACE,
  });
}

/** The worker that submits jobs and waits for them. */
export function createJobsWorker(server: Server, context: JobsContext): Promise<Worker> {
  return Worker.create({
    ...server,
    taskQueue: JOBS_QUEUE,
    activities: jobsActivities(context),
    interceptors: FAILURE_INTERCEPTOR,
    maxConcurrentActivityTaskExecutions: MAX_WAITING,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
    defaultHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
    shutdownGraceTime: SHUTDOWN_GRACE,
  });
}
