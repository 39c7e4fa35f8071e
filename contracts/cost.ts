import { z } from 'zod';
import { Usage } from './usage.js';

/** What the attempts of a stage took and cost. `retries` is the part of those that failed; `usd` is null where no price is known. */
export const StageCost = z.object({
  usage: Usage,
  usd: z.number().nonnegative().nullable(),
  retriesUsd: z.number().nonnegative().nullable(),
  /** Why `usd` is null. */
  unpricedBecause: z.string().optional(),
  /** Date of the prices. */
  pricesOf: z.string(),
});
export type StageCost = Readonly<z.infer<typeof StageCost>>;
