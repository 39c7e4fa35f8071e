import { usageOf } from '../../costs/add-usage.js';
import type { Offer } from '../../contracts/offer.js';
import type { Resources } from '../../contracts/resources.js';

const GIB = 2 ** 30;

/**
 * Workers as EMR Serverless sells them: for each number of vCPUs from so many GB to so many, in steps.
 * @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/app-behavior.html (supported worker configurations, 2026-11)
 */
const WORKERS = [
  { cpus: 1, fromGib: 2, toGib: 8, stepGib: 1 },
  { cpus: 2, fromGib: 4, toGib: 16, stepGib: 1 },
  { cpus: 4, fromGib: 8, toGib: 30, stepGib: 1 },
  { cpus: 8, fromGib: 16, toGib: 60, stepGib: 4 },
  { cpus: 16, fromGib: 32, toGib: 120, stepGib: 8 },
] as const;

/** Disk that every worker has at no price, and the most that it can have. */
export const WORKER_DISK_GIB = { least: 20, most: 200 } as const;

/** Every worker size, by memory and then by CPUs: the first that has enough of both is the cheapest that has. */
const sizes: readonly Resources[] = WORKERS.flatMap(({ cpus, fromGib, toGib, stepGib }) =>
  Array.from({ length: Math.floor((toGib - fromGib) / stepGib) + 1 }, (_, step) => ({
    memoryBytes: (fromGib + step * stepGib) * GIB,
    cpus,
    diskBytes: WORKER_DISK_GIB.most * GIB,
  })),
).sort((one, other) => one.memoryBytes - other.memoryBytes || one.cpus - other.cpus);

/**
 * What EMR Serverless sells. A size is one worker: the driver and each executor has it, overhead included, and all of them are billed.
 * @param executors of a Spark job beside its driver
 */
export function emrServerlessOffer(executors: number): Offer {
  return {
    largest: { memoryBytes: 120 * GIB, cpus: 16, diskBytes: WORKER_DISK_GIB.most * GIB },
    sizes,
    usageOf: ({ resources }, seconds) => usageOf(resources, (executors + 1) * seconds),
  };
}
