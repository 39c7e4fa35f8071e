import { z } from 'zod';

/** What a job took, in the units that platforms bill. Instances are counted whole, by type; their CPUs and memory do not count again. */
export const Usage = z.object({
  vcpuHours: z.number().nonnegative(),
  memoryGibHours: z.number().nonnegative(),
  /** Disk beyond what comes with a worker; none where a platform does not bill it. */
  storageGibHours: z.number().nonnegative().optional(),
  instanceHours: z.record(z.string(), z.number().nonnegative()).default({}),
});
export type Usage = Readonly<z.infer<typeof Usage>>;
