import type { Attempt } from '../contracts/attempt.js';
import type { StageCost } from '../contracts/cost.js';
import type { BilledJob } from '../contracts/offer.js';
import type { Usage } from '../contracts/usage.js';
import { usageOn } from '../costs/add-usage.js';
import { stageCost } from '../costs/stage-cost.js';
import type { ActivityContext } from './context.js';

/** An attempt that is over; its usage where the platform says what it bills. */
interface Ended {
  readonly attempt: Attempt;
  readonly seconds: number;
  readonly usage?: Usage;
}

/** Whose attempts they were. */
interface Billed extends Omit<BilledJob, 'resources'> {
  readonly platform: string;
}

/** What the attempts of a stage took and cost: as the platform bills them, else by their sizes and times. */
export function priceAttempts(
  { offerOn, prices }: ActivityContext,
  { platform, stage, engine }: Billed,
  { failed, worked }: { readonly failed: readonly Ended[]; readonly worked: Ended | null },
): StageCost {
  const offer = offerOn(platform);
  const took = ({ attempt: { resources }, seconds, usage }: Ended): Usage =>
    usage ?? usageOn(offer, { stage, engine, resources }, seconds);
  return stageCost(platform, { failed: failed.map(took), worked: worked && took(worked) }, prices);
}
