import { z } from 'zod';
import { StageSummary } from '../stage-record.js';

/** Why the gate let a candidate pass or not, in sentences with numbers. */
export const GateVerdict = z.strictObject({
  passed: z.boolean(),
  beatsBaseline: z.boolean(),
  beatsChampion: z.boolean().nullable(),
  reasons: z.array(z.string()),
});
export type GateVerdict = Readonly<z.infer<typeof GateVerdict>>;

/** What a run shows while it works and when it is over: the answer to the query `progress`. */
export const RunProgress = z.strictObject({
  pipeline: z.string(),
  dataDate: z.string().nullable(),
  stages: z.array(
    z.strictObject({
      stage: z.string(),
      state: z.enum(['planning', 'running', 'waiting', 'done', 'failed']),
      attempt: z.int().nonnegative(),
      memoryBytes: z.int().nonnegative(),
      percent: z.number().nullable(),
      message: z.string(),
      trackingUrl: z.string().nullable(),
      summary: StageSummary.nullable(),
    }),
  ),
});
export type RunProgress = Readonly<z.infer<typeof RunProgress>>;
