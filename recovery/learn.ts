import { formatBytes } from '../contracts/bytes.js';
import type { Resources, Settings } from '../contracts/resources.js';
import type { SizeRecord } from '../contracts/size-record.js';
import { COVERED, estimate } from './learn/estimate.js';
import { amountOf, type InputSize, isLikeSized } from './learn/input-size.js';
import { leversFor } from './learn/levers.js';
import { aboveTooSmall, type Need, needsOf } from './learn/needs.js';
import { recentRuns } from './learn/recent.js';

const MIB = 2 ** 20;

/** Sizes are whole multiples of this, so that no float ever shows in a size. */
const GRAIN_BYTES = 64 * MIB;

/** An interpreter and its libraries need this much, whatever they work on. */
const SMALLEST_BYTES = 128 * MIB;

/** A run whose first size is asked for. */
export interface Ask extends InputSize {
  /** Null where CPUs come with the memory, as a platform sells both: then runs of any number of CPUs count. */
  readonly cpus: number | null;
  /** The largest limit allowed. */
  readonly capBytes: number;
  /** What the stage itself says for so many rows, and the levers it begins with for these. */
  readonly sizeFor: (rows: number) => Resources;
  readonly ownSettings: Settings;
}

/** A first size that earlier runs have taught. */
export interface Learned {
  readonly memoryBytes: number;
  readonly settings: Settings;
  readonly because: string;
}

/**
 * The first size of a run from what earlier runs of its stage needed. Pure; the order of the records does not matter, their age does.
 * Never above the cap, else never below a limit at which an equal or smaller input ran out of memory with the same levers; more rows
 * never get less memory than fewer rows with the same levers.
 * @returns null when no earlier run says anything: then the stage's own guess holds
 */
export function learnSize(records: readonly SizeRecord[], ask: Ask): Learned | null {
  const recent = recentRuns(records, ask.cpus);
  const amount = amountOf(ask);
  const levers = leversFor(recent, amount);
  const needs = needsOf(recent, levers);
  if (needs.length === 0) return null;
  const expected = (each: number): number => ask.sizeFor(ask.rows > 0 ? each : 0).memoryBytes;
  const estimated = Math.max(SMALLEST_BYTES, estimate(needs, amount, expected));
  const bar = highestBar(needs, amount);
  const floor = bar ? aboveTooSmall(bar) : 0;
  const grained = Math.ceil(Math.max(estimated, floor) / GRAIN_BYTES) * GRAIN_BYTES;
  const sentences = [
    floor > estimated && bar
      ? `learned: ${formatBytes(bar.tooSmallBytes)} was too small for ${amountText(ask, bar.amount)}`
      : `learned: ${evidence(needs, ask)}`,
    ...(grained > ask.capBytes ? [`held to the largest size allowed, ${formatBytes(ask.capBytes)}`] : []),
    ...Object.entries(levers).map(([name, value]) => `${name} ${String(value)} as it needed before`),
  ];
  return {
    memoryBytes: Math.min(ask.capBytes, grained),
    settings: { ...ask.ownSettings, ...levers },
    because: sentences.join('; '),
  };
}

/** The run of this or a smaller input that the largest limit was too small for. */
function highestBar(needs: readonly Need[], amount: number): Need | undefined {
  return needs
    .filter((need) => need.amount <= amount && need.tooSmallBytes > 0)
    .reduce<Need | undefined>(
      (best, each) => (best && best.tooSmallBytes >= each.tooSmallBytes ? best : each),
      undefined,
    );
}

function evidence(needs: readonly Need[], ask: Ask): string {
  const amount = amountOf(ask);
  const like = needs.filter((need) => isLikeSized(need.amount, amount)).length;
  const runs = like > 0 ? like : needs.length;
  const what = `${String(runs)} ${runs === 1 ? 'run' : 'runs'}`;
  const share = `${String(COVERED * 100)} % of their needs scaled to ${amountText(ask, amount)}`;
  if (like > 0) return `${what}, ${share}`;
  const larger = needs.some((need) => need.amount > amount);
  return larger
    ? `${what} of other sizes, ${share}`
    : `${what} of smaller inputs, ${share}, not below the stage's own guess`;
}

function amountText({ rows }: InputSize, amount: number): string {
  return rows > 0 ? `${amount.toLocaleString('en-US')} rows` : formatBytes(amount);
}
