import { z } from 'zod';

const UsdPerHour = z.number().nonnegative();

/** What a platform charges: by vCPU, memory and disk, or by instance type. */
export const PlatformPrices = z.strictObject({
  vcpuHour: UsdPerHour.default(0),
  memoryGibHour: UsdPerHour.default(0),
  storageGibHour: UsdPerHour.default(0),
  instanceHour: z.record(z.string(), UsdPerHour).default({}),
});
export type PlatformPrices = Readonly<z.infer<typeof PlatformPrices>>;

/**
 * Prices of one region in USD, by platform. They change: the file is dated, says where it is from, and `prices` of tempered.json names one
 * of your own. A platform that it leaves out costs nothing by the hour.
 */
export const PriceTable = z.strictObject({
  date: z.iso.date(),
  region: z.string().min(1),
  source: z.string().min(1),
  platforms: z.record(z.string(), PlatformPrices),
});
export type PriceTable = Readonly<z.infer<typeof PriceTable>>;
