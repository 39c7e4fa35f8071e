import { DEFAULT_INSTANCE_TYPES, INSTANCE_TYPES, type InstanceType } from '../../contracts/instance-types.js';
import type { BilledJob, Offer } from '../../contracts/offer.js';
import type { Resources } from '../../contracts/resources.js';

const GIB = 2 ** 30;

/** Room for the container's own files beside a job's. */
const BASE_DISK_GIB = 30;

/** The largest volume of a processing job. @see ProcessingVolumeSizeInGB */
const MOST_DISK_GIB = 16_384;

/** Types with the same memory: a job that fits one fits the others. */
export type SizeClass = readonly [InstanceType, ...InstanceType[]];

/**
 * The types that jobs may have, in classes of one memory, smallest first; inside a class in the order in which they are named.
 * @param names as in the profile, where they are checked; the default ladder when there are none
 */
export function sizeClasses(names: readonly string[] = DEFAULT_INSTANCE_TYPES): readonly SizeClass[] {
  const classes = new Map<number, SizeClass>();
  for (const name of names) {
    const type = INSTANCE_TYPES.get(name);
    if (!type) continue;
    const others = classes.get(type.memoryGib);
    classes.set(type.memoryGib, others ? [...others, type] : [type]);
  }
  return [...classes.values()].sort(([one], [other]) => one.memoryGib - other.memoryGib);
}

/**
 * What SageMaker sells: one size a class, with the CPUs that each of its types has.
 * @param hostsOf how many machines of the size a job gets
 */
export function offerOf(classes: readonly SizeClass[], hostsOf: (job: BilledJob) => number): Offer {
  const sizes = classes.map(sizeOf);
  const largest = sizes.at(-1);
  if (!largest) throw new RangeError('no instance types');
  return {
    sizes,
    largest,
    // Whole instances are billed, while they work. Which type of a class an attempt had is not known here: the first is the usual one.
    usageOf: (job, seconds) => ({
      vcpuHours: 0,
      memoryGibHours: 0,
      instanceHours: { [chooseType(classes, job.resources, 0).name]: (hostsOf(job) * seconds) / 3600 },
    }),
  };
}

function sizeOf(types: SizeClass): Resources {
  return {
    memoryBytes: types[0].memoryGib * GIB,
    cpus: Math.min(...types.map(({ cpus }) => cpus)),
    diskBytes: (MOST_DISK_GIB - BASE_DISK_GIB) * GIB,
  };
}

/**
 * The type for an attempt: of the smallest class that holds it, the next one after each that there was no machine of.
 * @param refusals attempts in a row, up to this one, that failed for want of capacity
 */
export function chooseType(classes: readonly SizeClass[], { memoryBytes }: Resources, refusals: number): InstanceType {
  const fitting = classes.find(([first]) => first.memoryGib * GIB >= memoryBytes) ?? classes.at(-1);
  if (!fitting) throw new RangeError('no instance types');
  return fitting[refusals % fitting.length] ?? fitting[0];
}

/** GB of the volume that a job of these needs gets. */
export function volumeGib({ diskBytes }: Resources): number {
  return Math.min(MOST_DISK_GIB, BASE_DISK_GIB + Math.ceil(diskBytes / GIB));
}
