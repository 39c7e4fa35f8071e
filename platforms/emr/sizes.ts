import { usageOf } from '../../costs/add-usage.js';
import type { Offer } from '../../contracts/offer.js';
import type { Resources } from '../../contracts/resources.js';

const GIB = 2 ** 30;

/** GiB of memory for each vCPU, by the first letter of the family. */
const GIB_PER_CPU: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8 };

/** vCPUs of an `xlarge`; `2xlarge` has twice as many, and so on. */
const XLARGE_CPUS = 4;

/**
 * Share of a node's memory that YARN gives to containers on the smaller nodes, by EMR's defaults; the larger ones give more.
 * @see https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-hadoop-task-config.html (yarn.scheduler.maximum-allocation-mb)
 */
const YARN_SHARE = 0.75;

/** A node is shared by so many workers, each with its part of memory and CPUs: the last has a node of its own. */
const PARTS = [8, 4, 2, 1];

/** Less is no Spark worker. */
const SMALLEST_WORKER_BYTES = GIB;

/** The sizes of workers on nodes of a type, smallest first. */
export function workersOn(instanceType: string): readonly Resources[] {
  const { cpus, memoryBytes } = nodeOf(instanceType);
  return PARTS.map((parts) => ({
    memoryBytes: Math.floor((memoryBytes * YARN_SHARE) / parts),
    cpus: Math.floor(cpus / parts),
    diskBytes: 0,
  })).filter((worker) => worker.cpus >= 1 && worker.memoryBytes >= SMALLEST_WORKER_BYTES);
}

/**
 * What clusters of these types have, together. A size is one worker: the driver and each executor has it, overhead included. What all of
 * them take is no bill, which is for the cluster's instances.
 * @param executors of a Spark job beside its driver
 */
export function emrOffer(instanceTypes: readonly string[], executors: number): Offer {
  const sizes = instanceTypes
    .flatMap(workersOn)
    .filter((size, index, all) => all.findIndex((other) => isSame(size, other)) === index)
    .sort((one, other) => one.memoryBytes - other.memoryBytes || one.cpus - other.cpus);
  return {
    largest: sizes.at(-1) ?? { memoryBytes: 0, cpus: 0, diskBytes: 0 },
    sizes,
    hostBytesOf: (size) => nodeOf(instanceTypeFor(instanceTypes, size)).memoryBytes,
    usageOf: ({ resources }, seconds) => usageOf(resources, (executors + 1) * seconds),
  };
}

/** The first type, in the order of the profile, whose nodes hold a worker of this size; the last one where none does. */
export function instanceTypeFor(instanceTypes: readonly string[], worker: Resources): string {
  const holds = (type: string) =>
    workersOn(type).some(({ memoryBytes, cpus }) => memoryBytes >= worker.memoryBytes && cpus >= worker.cpus);
  return instanceTypes.find(holds) ?? instanceTypes.at(-1) ?? '';
}

function isSame(one: Resources, other: Resources): boolean {
  return one.memoryBytes === other.memoryBytes && one.cpus === other.cpus;
}

/** vCPUs and memory of a type that the profile's schema has let through. */
function nodeOf(instanceType: string): { readonly cpus: number; readonly memoryBytes: number } {
  const [, family = '', times = ''] = /^([cmr])[^.]*\.(\d*)xlarge$/.exec(instanceType) ?? [];
  const cpus = XLARGE_CPUS * (times === '' ? 1 : Number(times));
  return { cpus, memoryBytes: cpus * (GIB_PER_CPU[family] ?? 0) * GIB };
}
