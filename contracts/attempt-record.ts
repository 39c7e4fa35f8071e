import { z } from 'zod';

/**
 * One attempt of a stage as its record keeps it, for costs and reports: size, time, peak, what it died of and what was changed for it.
 * `verdict` is null for the attempt that succeeded. Words are kept as text, so that a later release can read an earlier one's.
 */
export const AttemptRecord = z.object({
  number: z.int().positive(),
  memoryBytes: z.int().positive(),
  cpus: z.number().positive(),
  seconds: z.number().nonnegative(),
  peakBytes: z.number().nonnegative().nullable(),
  verdict: z.object({ kind: z.string(), certainty: z.string(), region: z.string().nullable() }).nullable(),
  levers: z.array(z.string()).default([]),
});
export type AttemptRecord = Readonly<z.infer<typeof AttemptRecord>>;
