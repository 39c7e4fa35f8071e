import type { BilledJob } from '../contracts/offer.js';
import { usageOn } from '../costs/add-usage.js';
import { usdText } from '../costs/cost-text.js';
import { priceOf } from '../costs/price-of.js';
import { newestSizeRecords } from '../storage/size-records.js';
import type { ActivityContext } from './context.js';

/** A run of a stage that is about to begin. */
export interface PlannedStage extends BilledJob {
  readonly platform: string;
  readonly rows: number;
}

/** Runs of half to twice the rows are like this one: their time is taken as it is. */
const LIKE = 2;

/**
 * What a stage will probably take and cost: the median time of like runs on the same platform, at the prices in force.
 * @returns a sentence; null where nothing is charged by the hour
 */
export async function estimateCost(context: ActivityContext, planned: PlannedStage): Promise<string | null> {
  const { stage, platform, rows } = planned;
  const prices = context.prices.platforms[platform];
  if (prices === undefined) return null;
  const records = await newestSizeRecords(context.storage, stage);
  const seconds = records
    .filter((record) => record.platform === platform && record.rows <= rows * LIKE && record.rows * LIKE >= rows)
    .map((record) => record.seconds)
    .sort((one, other) => one - other);
  const { usd: hourly } = priceOf(usageOn(context.offerOn(platform), planned, 3600), prices);
  const median = seconds[Math.floor(seconds.length / 2)];
  if (median === undefined || hourly === null) return `about ${usdText(hourly)} an hour`;
  return `about ${usdText((hourly * median) / 3600)}, by the median of ${seconds.length} like runs (${Math.round(median)} s)`;
}
