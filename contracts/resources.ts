import { z } from 'zod';
import { BYTES_PATTERN, parseBytes } from './bytes.js';

/** A size in a configuration file or a stage definition: text as `2GiB`, read as bytes. */
export const ByteSize = z
  .string()
  .regex(BYTES_PATTERN, 'write a number and B, KiB, MiB, GiB or TiB, as 2GiB')
  .transform(parseBytes)
  .refine((bytes) => bytes > 0, 'a size above 0, as 2GiB');

/** What one job may use. The memory limit covers the job's whole process tree. */
export const Resources = z.strictObject({
  memoryBytes: z.int().positive(),
  cpus: z.number().positive(),
  diskBytes: z.int().nonnegative(),
});
export type Resources = Readonly<z.infer<typeof Resources>>;

/** Values of the levers of one attempt, as `{ concurrency: 2, batchRows: 65536 }`. They change how a job works, never what it gives. */
export const Settings = z.record(z.string(), z.union([z.number(), z.boolean(), z.string()]));
export type Settings = Readonly<z.infer<typeof Settings>>;
