import type { JobHandle } from '../contracts/job-handle.js';
import type { JobsContext } from './context.js';
import { jobPlatform } from './job-platform.js';

/** Activity: stops a job and returns when it has stopped. Stopping one that is over, or never was, is fine. */
export function stopJob(context: Pick<JobsContext, 'platforms'>) {
  return async (handle: JobHandle): Promise<void> => {
    await jobPlatform(context, handle).stop(handle, 'cancel');
  };
}
