import type { StageCost } from '../contracts/cost.js';
import type { PriceTable } from '../contracts/price-table.js';
import type { Usage } from '../contracts/usage.js';
import { addUsage, NO_USAGE } from './add-usage.js';
import { priceOf } from './price-of.js';

/**
 * What all attempts of a stage cost, and the failed ones apart.
 * @param failed usage of each attempt that failed
 * @param worked usage of the one that succeeded; null when none did
 */
export function stageCost(
  platform: string,
  { failed, worked }: { readonly failed: readonly Usage[]; readonly worked: Usage | null },
  prices: PriceTable,
): StageCost {
  const retries = failed.reduce(addUsage, NO_USAGE);
  const usage = worked === null ? retries : addUsage(retries, worked);
  const table = prices.platforms[platform];
  const price = priceOf(usage, table);
  return { usage, ...price, retriesUsd: priceOf(retries, table).usd, pricesOf: prices.date };
}
