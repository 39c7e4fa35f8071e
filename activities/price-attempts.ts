import type { Attempt } from '../contracts/attempt.js';
import type { StageCost } from '../contracts/cost.js';
import type { Usage } from '../contracts/usage.js';
import { usageOf } from '../costs/add-usage.js';
import { stageCost } from '../costs/stage-cost.js';
import type { ActivityContext } from './context.js';

/** An attempt that is over; its usage where the platform says what it bills. */
interface Ended {
  readonly attempt: Attempt;
  readonly seconds: number;
  readonly usage?: Usage;
}

/** What the attempts of a stage took and cost: as the platform bills them, else by their sizes and times. */
export function priceAttempts(
  { offerOn, prices }: ActivityContext,
  platform: string,
  { failed, worked }: { readonly failed: readonly Ended[]; readonly worked: Ended | null },
): StageCost {
  const bySize = offerOn(platform).usageOf ?? usageOf;
  const took = ({ attempt, seconds, usage }: Ended): Usage => usage ?? bySize(attempt.resources, seconds);
  return stageCost(platform, { failed: failed.map(took), worked: worked && took(worked) }, prices);
}
