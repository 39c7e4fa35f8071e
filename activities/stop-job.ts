import type { JobHandle } from '../contracts/job-handle.js';
import type { JobsContext } from './context.js';

/** Activity: stops a job and returns when it has stopped. Stopping one that is over, or never was, is fine. */
export function stopJob({ platforms }: JobsContext) {
  return async (handle: JobHandle): Promise<void> => {
    await platforms[handle.platform]?.stop(handle, 'cancel');
  };
}
