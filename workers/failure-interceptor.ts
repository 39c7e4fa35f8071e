import type { ActivityInboundCallsInterceptor, WorkerInterceptors } from '@temporalio/worker';
import { toTemporalFailure } from '../activities/failures.js';

const mapFailures: ActivityInboundCallsInterceptor = {
  execute: async (input, next) => {
    try {
      return await next(input);
    } catch (error) {
      throw toTemporalFailure(error);
    }
  },
};

/** Makes our errors Temporal's as they leave an activity, so that no activity knows about it. */
export const FAILURE_INTERCEPTOR: WorkerInterceptors = { activity: [() => ({ inbound: mapFailures })] };
