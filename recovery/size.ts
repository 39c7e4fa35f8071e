const MIB = 2 ** 20;

/** How much larger each attempt is at least. Trino's estimator grows by 1.5 to 2 times. */
const GROWTH = 1.5;

/** Room above a measured peak, after Kubernetes' vertical pod autoscaler: 20 % and 100 MiB. */
const PEAK_FACTOR = 1.2;
const PEAK_ROOM_BYTES = 100 * MIB;

/** Sizes are whole multiples of this, so that no float ever shows in a size. */
const GRAIN_BYTES = 64 * MIB;

/**
 * The next memory limit after an attempt ran out of memory.
 * @param previousBytes limit of the failed attempt
 * @param peakBytes what it was seen to use, if known
 * @param capBytes the largest limit allowed; never exceeded, and reached exactly before giving up
 */
export function nextMemoryBytes(previousBytes: number, peakBytes: number | null, capBytes: number): number {
  const wanted = Math.max(previousBytes * GROWTH, (peakBytes ?? 0) * PEAK_FACTOR + PEAK_ROOM_BYTES);
  return Math.min(capBytes, Math.ceil(wanted / GRAIN_BYTES) * GRAIN_BYTES);
}
