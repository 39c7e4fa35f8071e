import type { Resources } from '../contracts/resources.js';

const MIB = 2 ** 20;

/** How much larger each size is at least. Trino's estimator grows by 1.5 to 2 times. */
const GROWTH = 2;

/** The same where the failed allocation said what it asked for, so that less is left to guess. */
const MEASURED_GROWTH = 1.5;

/** Room above what was measured, after Kubernetes' vertical pod autoscaler: 20 % and 100 MiB. */
const PEAK_FACTOR = 1.2;
const ROOM_BYTES = 100 * MIB;

/** Sizes are whole multiples of this, so that no float ever shows in a size. */
const GRAIN_BYTES = 64 * MIB;

/** A size of which less than a quarter is left up to the cap takes it all: another attempt would cost more than the rest saves. */
const TO_THE_CAP = 1.25;

/** What is known of the attempt that ran out of memory. */
export interface Need {
  readonly resources: Resources;
  readonly peakBytes: number | null;
  readonly requestedBytes: number | null;
  /** True when the machine had no more, whatever the job's own limit. */
  readonly isOfHost: boolean;
}

/** What may be given. */
export interface SizeLimits {
  readonly cap: Resources;
  /** What a platform sells, smallest first; any size may be had where there is no list. */
  readonly sizes?: readonly Resources[] | undefined;
  /** See `Offer`. */
  readonly hostBytesOf?: ((size: Resources) => number) | undefined;
}

/**
 * The next size after an attempt ran out of memory: `min(cap, max(previous x growth, peak x 1.2 + 100 MiB, peak + requested + 100 MiB))`,
 * rounded up to what can be had.
 * @param toTheCap whether this is the last attempt, which gets everything
 * @returns null when there is none larger than the one before
 */
export function nextSize(need: Need, { cap, sizes, hostBytesOf }: SizeLimits, toTheCap: boolean): Resources | null {
  const { resources, isOfHost } = need;
  const least = wantedBytes(need);
  const wanted = toTheCap || least * TO_THE_CAP >= cap.memoryBytes ? cap.memoryBytes : least;
  if (!sizes) return wanted > resources.memoryBytes ? { ...resources, memoryBytes: wanted } : null;
  const hostBytes = isOfHost ? hostBytesOf?.(resources) : undefined;
  const larger = sizes.filter(
    (size) =>
      size.memoryBytes > resources.memoryBytes &&
      size.memoryBytes <= cap.memoryBytes &&
      size.cpus >= resources.cpus &&
      (hostBytes === undefined || (hostBytesOf?.(size) ?? 0) > hostBytes),
  );
  const size = larger.find(({ memoryBytes }) => memoryBytes >= wanted) ?? larger.at(-1);
  return size ? { ...size, diskBytes: resources.diskBytes } : null;
}

function wantedBytes({ resources, peakBytes, requestedBytes }: Need): number {
  const growth = requestedBytes === null ? GROWTH : MEASURED_GROWTH;
  const wanted = Math.max(
    resources.memoryBytes * growth,
    (peakBytes ?? 0) * PEAK_FACTOR + ROOM_BYTES,
    requestedBytes === null ? 0 : (peakBytes ?? 0) + requestedBytes + ROOM_BYTES,
  );
  return Math.ceil(wanted / GRAIN_BYTES) * GRAIN_BYTES;
}
