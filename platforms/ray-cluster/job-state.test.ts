import { describe, expect, test } from '@jest/globals';
import { classify } from '../../recovery/classify.js';
import { failedState, type JobEnd } from './job-state.js';
import type { RayJob } from './jobs-api.js';

const failed: RayJob = {
  status: 'FAILED',
  error_type: 'JOB_ENTRYPOINT_COMMAND_ERROR',
  message: 'Job entrypoint command failed with exit code 1, last available logs (truncated to 20,000 chars):\n...',
  start_time: 1_000,
  end_time: 3_500,
  driver_exit_code: 1,
  metadata: { engine: 'python' },
};
const end: JobEnd = { stopRequested: null, account: undefined, logTail: 'said\n' };

function evidenceOf(job: Partial<RayJob>, change: Partial<JobEnd> = {}) {
  const state = failedState({ ...failed, ...job }, { ...end, ...change });
  if (state.kind !== 'failed') throw new Error(state.kind);
  return state.evidence;
}

describe('the evidence of a job that failed on Ray', () => {
  test('of a program speaks of the program, and not of what Ray repeats of its log', () => {
    expect(evidenceOf({})).toMatchObject({ engine: 'python', exit: { code: 1, signal: null }, reason: null });
  });

  test('names a signal as the local platform does', () => {
    expect(evidenceOf({ driver_exit_code: -15 }).exit).toEqual({ code: 143, signal: 'SIGTERM' });
  });

  test('of a job stopped by nobody of us is a cancellation', () => {
    const stopped = { status: 'STOPPED', error_type: null, driver_exit_code: null } as const;
    expect(evidenceOf(stopped).stopRequested).toBe('cancel');
    expect(evidenceOf(stopped, { stopRequested: 'timeout' }).stopRequested).toBe('timeout');
  });

  test.each([
    {
      given: 'a cluster without room',
      error_type: 'JOB_SUPERVISOR_ACTOR_START_TIMEOUT',
      message:
        "Job supervisor actor failed to start within 900.0 seconds. This timeout can be configured by setting the environment variable RAY_JOB_START_TIMEOUT_SECONDS. This may be because the job entrypoint's specified resources (entrypoint_num_cpus, entrypoint_num_gpus, entrypoint_resources, entrypoint_memory)aren't available on the cluster. Try checking the cluster's available resources with `ray status` and specifying fewer resources for the job entrypoint.",
      verdict: 'capacity',
    },
    {
      given: 'a node of another kind',
      error_type: 'JOB_SUPERVISOR_ACTOR_UNSCHEDULABLE',
      message: 'Job supervisor actor could not be scheduled: The actor is not schedulable.',
      verdict: 'capacity',
    },
    {
      given: 'a node that died',
      error_type: 'JOB_SUPERVISOR_ACTOR_DIED',
      message:
        'Job supervisor actor died: The actor died because its node has died. Node Id: 8f0a The actor died unexpectedly before finishing this task.',
      verdict: 'lost',
    },
    {
      given: "a kill by Ray's memory monitor",
      error_type: 'JOB_SUPERVISOR_ACTOR_DIED',
      message:
        'Job supervisor actor died: The actor died because its worker was killed due to the node running low on memory. Memory on the node was 15.2GB / 16GB',
      verdict: 'out-of-memory',
    },
  ])('$given -> $verdict', ({ error_type, message, verdict }) => {
    const evidence = evidenceOf({ error_type, message, driver_exit_code: null });
    expect(evidence.engine).toBe('ray');
    expect(classify(evidence).kind).toBe(verdict);
  });
});
