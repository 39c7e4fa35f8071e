import type { SettingLever } from '../contracts/attempt.js';
import type { Settings } from '../contracts/resources.js';

type Setting = Settings[string];

/** A lever pulled: the value in force before, and the one after. */
export interface LeverMove {
  readonly lever: SettingLever;
  readonly from: Setting;
  readonly to: Setting;
}

interface Lever {
  /** The value in force: 0 workers stands for one a CPU. */
  readonly inForce: (value: Setting, cpus: number) => Setting;
  /** One notch further, or null when nothing is left to give. */
  readonly next: (value: Setting) => Setting | null;
  /** What pulling it does to the job's result; null for a lever that only changes how the job works. */
  readonly price: string | null;
  /** Whether it is a limit of its own, which a larger job would meet again where it stands. */
  readonly isLimit?: true;
}

/** Up to so many workers the next notch is one: each notch between costs a whole attempt and frees little. */
const FEW_WORKERS = 4;

/** Below it the cost of a batch is the cost of calling it. From less than twice as many there is nothing worth an attempt to give. */
const SMALLEST_BATCH_ROWS = 1_000;

/** Beyond it a shuffle writes more file heads than data. */
const MOST_PARTITIONS = 4_096;

/** Results beyond 16 GiB belong into files. */
const LARGEST_RESULT_MIB = 16_384;

/** What each lever can give. `memory` is none of them: its steps are sizes, see size.ts. */
const LEVERS: Readonly<Record<SettingLever, Lever>> = {
  concurrency: workers(),
  threads: workers(),
  batchRows: numbers((rows) =>
    rows >= SMALLEST_BATCH_ROWS * 2 ? Math.max(SMALLEST_BATCH_ROWS, Math.floor(rows / 4)) : null,
  ),
  partitions: numbers((parts) => (parts < MOST_PARTITIONS ? Math.min(MOST_PARTITIONS, parts * 4) : null)),
  broadcast: offSwitch(),
  collect: offSwitch(),
  overheadShare: numbers((share) => [0.45, 0.6].find((step) => step > share) ?? null),
  // 0 is Spark's word for no limit: it cannot be what ended the job.
  resultLimitMiB: {
    ...numbers((mib) => (mib > 0 && mib < LARGEST_RESULT_MIB ? Math.min(LARGEST_RESULT_MIB, mib * 4) : null)),
    isLimit: true,
  },
  histogramBins: {
    ...numbers((bins) => [63, 15].find((step) => step < bins) ?? null),
    price: 'a coarser model',
  },
  sampleShare: {
    ...numbers((share) => [0.5, 0.25, 0.1].find((step) => step < share) ?? null),
    price: 'a model of fewer rows',
  },
};

/** True for a lever that changes the result, so that it is pulled last, alone, and never while memory has room. */
export function changesResult(lever: SettingLever): boolean {
  return LEVERS[lever].price !== null;
}

/** True for a lever that is raised together with every larger size, which alone would change nothing for what met it. */
export function isLimit(lever: SettingLever): boolean {
  return LEVERS[lever].isLimit === true;
}

/** How a lever is pulled. */
export interface Pull {
  readonly cpus: number;
  /** To its end, in place of one notch. */
  readonly far: boolean;
}

/** Pulls a lever; null when the job does not have it or it has nothing left to give. */
export function pullLever(lever: SettingLever, settings: Settings, { cpus, far }: Pull): LeverMove | null {
  const value = settings[lever];
  if (value === undefined) return null;
  const from = LEVERS[lever].inForce(value, cpus);
  const to = far ? lastOf(lever, from) : LEVERS[lever].next(from);
  return to === null || to === from ? null : { lever, from, to };
}

function lastOf(lever: SettingLever, value: Setting): Setting {
  const next = LEVERS[lever].next(value);
  return next === null || next === value ? value : lastOf(lever, next);
}

/** Says a move: `concurrency 2 -> 1`. */
export function moveText({ lever, from, to }: LeverMove): string {
  const { price } = LEVERS[lever];
  return `${lever} ${String(from)} -> ${String(to)}${price === null ? '' : ` (${price})`}`;
}

/** How many workers a job of so many CPUs has when nothing says so. */
export function workersInForce(value: number, cpus: number): number {
  return value === 0 ? Math.max(1, Math.floor(cpus)) : value;
}

function workers(): Lever {
  const halve = numbers((count) => (count <= 1 ? null : count <= FEW_WORKERS ? 1 : Math.floor(count / 2)));
  return {
    ...halve,
    inForce: (value, cpus) => (typeof value === 'number' ? workersInForce(value, cpus) : value),
  };
}

function numbers(next: (value: number) => number | null): Lever {
  return { inForce: (value) => value, next: (value) => (typeof value === 'number' ? next(value) : null), price: null };
}

function offSwitch(): Lever {
  return { inForce: (value) => value, next: (value) => (value === true ? false : null), price: null };
}
