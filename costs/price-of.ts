import type { PlatformPrices } from '../contracts/price-table.js';
import type { Usage } from '../contracts/usage.js';

/** What a usage costs, or why that cannot be said: a sum without one of its parts would look cheap. */
export type Price =
  { readonly usd: number; readonly unpricedBecause?: never } | { readonly usd: null; readonly unpricedBecause: string };

/**
 * What a usage costs on a platform.
 * @param prices of the platform; undefined for one that charges nothing by the hour
 */
export function priceOf(usage: Usage, prices: PlatformPrices | undefined): Price {
  if (prices === undefined) return { usd: 0 };
  const instances = Object.entries(usage.instanceHours);
  const byInstance = prices.vcpuHour === 0 && prices.memoryGibHour === 0;
  if (byInstance && instances.length === 0 && usage.vcpuHours > 0) return unpriced(SHARED_INSTANCES);
  const { vcpuHours, memoryGibHours, storageGibHours = 0 } = usage;
  let usd =
    vcpuHours * prices.vcpuHour + memoryGibHours * prices.memoryGibHour + storageGibHours * prices.storageGibHour;
  for (const [type, hours] of instances) {
    const price = prices.instanceHour[type];
    if (price === undefined) return unpriced(`the table of prices has no ${type}`);
    usd += hours * price;
  }
  return { usd };
}

/** A platform that rents out instances, and a job that had parts of them. */
const SHARED_INSTANCES = "a cluster's instances are billed while it lives, whoever works on them";

function unpriced(unpricedBecause: string): Price {
  return { usd: null, unpricedBecause };
}
