import type { PlatformPrices } from '../contracts/price-table.js';
import type { Usage } from '../contracts/usage.js';

/**
 * What a usage costs on a platform.
 * @param prices of the platform; undefined for one that charges nothing by the hour
 * @returns USD; null when an instance type has no price, or only instances have one and none is counted: a sum without them would look cheap
 */
export function priceOf(usage: Usage, prices: PlatformPrices | undefined): number | null {
  if (prices === undefined) return 0;
  const instances = Object.entries(usage.instanceHours);
  const byInstance = prices.vcpuHour === 0 && prices.memoryGibHour === 0;
  if (byInstance && instances.length === 0 && usage.vcpuHours > 0) return null;
  let usd = usage.vcpuHours * prices.vcpuHour + usage.memoryGibHours * prices.memoryGibHour;
  for (const [type, hours] of instances) {
    const price = prices.instanceHour[type];
    if (price === undefined) return null;
    usd += hours * price;
  }
  return usd;
}
