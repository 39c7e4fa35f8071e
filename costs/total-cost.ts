import type { StageCost } from '../contracts/cost.js';
import { addUsage } from './add-usage.js';

/** What several stages took and cost together; null for none. A price that is not known makes the sum unknown. */
export function totalCost(costs: readonly StageCost[]): StageCost | null {
  const [first, ...rest] = costs;
  if (!first) return null;
  return rest.reduce((sum, cost) => {
    const unpricedBecause = sum.unpricedBecause ?? cost.unpricedBecause;
    return {
      usage: addUsage(sum.usage, cost.usage),
      usd: add(sum.usd, cost.usd),
      retriesUsd: add(sum.retriesUsd, cost.retriesUsd),
      ...(unpricedBecause !== undefined && { unpricedBecause }),
      pricesOf: cost.pricesOf,
    };
  }, first);
}

function add(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one + other;
}
