import type { Region } from '../../contracts/verdict.js';
import type { Settings } from '../../contracts/resources.js';
import type { SizeRecord } from '../../contracts/size-record.js';
import { amountOf, isLikeSized } from './input-size.js';
import { pulledLevers, sameLevers } from './levers.js';

const MIB = 2 ** 20;

/** Room above a measured peak: data of the same size differ, and a peak is sampled. */
const PEAK_FACTOR = 1.15;
const PEAK_ROOM_BYTES = 64 * MIB;

/** Engines whose jobs fill the memory that they are given (a JVM's heap, trials beside each other): their peak follows their limit. */
const FILLS_ITS_LIMIT: readonly SizeRecord['engine'][] = [
  'spark',
  'ray',
  'jvm',
  'emr',
  'emr-serverless',
  'databricks',
  'dataproc',
  'yarn',
];

/** Such a job steps down to this share of a limit that worked, and only after using less than {@link ROOMY} of it. */
const STEP_DOWN = 0.75;
const ROOMY = 0.6;

/** The least that is tried above a size that was too small, and above one of a run that never found what is enough. */
const ABOVE_TOO_SMALL = 1.25;
const ABOVE_GIVEN_UP = 1.5;

/** Regions that no memory limit reaches: running out of them says nothing about the limit. */
const NOT_THE_LIMIT: readonly string[] = [
  'broadcast',
  'driver-result-limit',
  'array-limit',
  'metaspace',
  'threads',
  'gpu',
] satisfies Region[];

/** Regions whose allocations fail before the limit is met: the peak tells too little of what was needed. */
const FAILS_BELOW_THE_LIMIT: readonly string[] = ['python-worker', 'object-store', 'node-heap'] satisfies Region[];

/** An attempt that found work done may have needed less than one that does it all; at most so many times less is believed. */
const MOST_UNSEEN = 2;

/** What one run says about the limit that a run of its size needs. All in bytes. */
export interface Need {
  readonly amount: number;
  readonly bytes: number;
  /** The largest limit at which it ran out of memory; 0 when it never did. */
  readonly tooSmallBytes: number;
}

/**
 * The needs of those runs that were made with the same levers.
 *
 * A Python job's peak is its own, so its need is that peak and some room. Where the peak follows the limit, the limit that worked is
 * the need, or a step less when the job left much of it unused; and a newer run that did as much in a smaller limit shows that the
 * older one needed no more than that.
 * @param newestFirst runs that still count
 */
export function needsOf(newestFirst: readonly SizeRecord[], levers: Settings): readonly Need[] {
  const seen: (Need & { readonly limitBytes: number })[] = [];
  for (const record of newestFirst) {
    const { memoryBytes: limitBytes, ownSettings } = record;
    const worked = limitBytes !== null && sameLevers(pulledLevers(record.settings, ownSettings), levers);
    const failed = record.tooSmall
      .filter(({ region }) => region === null || !NOT_THE_LIMIT.includes(region))
      .filter(({ settings }) => sameLevers(pulledLevers(settings, ownSettings), levers));
    const tooSmallBytes = Math.max(0, ...failed.map(({ memoryBytes }) => memoryBytes));
    if (!worked && tooSmallBytes === 0) continue;
    const amount = amountOf(record);
    const alone = worked
      ? Math.max(needAlone(record, limitBytes), Math.min(limitBytes, tooSmallBytes * ABOVE_TOO_SMALL))
      : tooSmallBytes * ABOVE_GIVEN_UP;
    const fills = worked && FILLS_ITS_LIMIT.includes(record.engine);
    const proofs = fills
      ? seen.filter((newer) => newer.limitBytes < limitBytes && isLikeSized(newer.amount, amount))
      : [];
    const bytes = Math.min(alone, ...proofs.map((newer) => newer.bytes * scaleUp(newer.amount, amount)));
    seen.push({ amount, bytes, tooSmallBytes, limitBytes: fills && record.shareDone === 1 ? limitBytes : Infinity });
  }
  return seen;
}

/** By how much more a larger input needs at most: memory grows no faster than the input. A smaller one may need as much. */
export function scaleUp(fromAmount: number, toAmount: number): number {
  return toAmount > fromAmount && fromAmount > 0 ? toAmount / fromAmount : 1;
}

/** The least that is tried where so much was too small. */
export function aboveTooSmall({ tooSmallBytes }: Need): number {
  return tooSmallBytes * ABOVE_TOO_SMALL;
}

function needAlone({ engine, peakBytes, tooSmall, shareDone }: SizeRecord, limitBytes: number): number {
  const failedBelow = tooSmall.some(({ region }) => region !== null && FAILS_BELOW_THE_LIMIT.includes(region));
  if (peakBytes === null || failedBelow) return limitBytes;
  const withRoom = peakBytes * PEAK_FACTOR + PEAK_ROOM_BYTES;
  if (!FILLS_ITS_LIMIT.includes(engine)) {
    const whole = withRoom * Math.min(MOST_UNSEEN, 1 / shareDone);
    // Where memory fills up with the work, one that does it all would meet a limit below the one that was needed to end it.
    return shareDone < 1 && tooSmall.length > 0 ? Math.max(limitBytes, whole) : whole;
  }
  // What an attempt held that found most of the work done says little of one that does it all.
  if (shareDone < 1 || peakBytes >= limitBytes * ROOMY) return limitBytes;
  return Math.min(limitBytes, Math.max(limitBytes * STEP_DOWN, withRoom));
}
