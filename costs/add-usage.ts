import type { BilledJob, Offer } from '../contracts/offer.js';
import type { Resources } from '../contracts/resources.js';
import type { Usage } from '../contracts/usage.js';

const GIB = 2 ** 30;

/** Nothing yet. */
export const NO_USAGE: Usage = { vcpuHours: 0, memoryGibHours: 0, instanceHours: {} };

/** Both together. */
export function addUsage(one: Usage, other: Usage): Usage {
  const instanceHours: Record<string, number> = { ...one.instanceHours };
  for (const [type, hours] of Object.entries(other.instanceHours)) {
    instanceHours[type] = (instanceHours[type] ?? 0) + hours;
  }
  return {
    vcpuHours: one.vcpuHours + other.vcpuHours,
    memoryGibHours: one.memoryGibHours + other.memoryGibHours,
    ...((one.storageGibHours !== undefined || other.storageGibHours !== undefined) && {
      storageGibHours: (one.storageGibHours ?? 0) + (other.storageGibHours ?? 0),
    }),
    instanceHours,
  };
}

/** What a job of this size takes in so many seconds where its own CPUs and memory are what counts. */
export function usageOf({ cpus, memoryBytes }: Resources, seconds: number): Usage {
  const hours = seconds / 3600;
  return { vcpuHours: cpus * hours, memoryGibHours: (memoryBytes / GIB) * hours, instanceHours: {} };
}

/** What a job takes in so many seconds on a platform. */
export function usageOn(offer: Pick<Offer, 'usageOf'>, job: BilledJob, seconds: number): Usage {
  return offer.usageOf?.(job, seconds) ?? usageOf(job.resources, seconds);
}
