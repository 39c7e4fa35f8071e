import { formatBytes } from '../contracts/bytes.js';
import { TemperedError } from '../contracts/failure.js';
import type { Profile } from '../contracts/profile.js';
import type { Offer } from '../contracts/offer.js';
import type { Resources, Settings } from '../contracts/resources.js';
import type { SizeRecord } from '../contracts/size-record.js';
import type { StageDefinition } from '../contracts/stage.js';
import { learnSize } from './learn.js';
import type { InputSize } from './learn/input-size.js';
import { roundUp, rungsUpTo } from './rungs.js';

/** A run of a stage whose first size is to be chosen. */
export interface SizeQuestion {
  readonly definition: StageDefinition;
  /** What `tempered.json` says of the stage. */
  readonly override: Profile['stages'][string];
  /** Name of the platform that will run it, and what that sells. */
  readonly platform: string;
  readonly offer: Offer;
  readonly input: InputSize;
  /** What earlier runs of the stage needed; none when sizes are not to be learned. */
  readonly records: readonly SizeRecord[];
}

/** The first attempt's size and levers, the size that no attempt exceeds, and why the first is what it is. */
export interface FirstSize {
  readonly first: Resources;
  readonly cap: Resources;
  readonly settings: Settings;
  readonly because: string;
}

/**
 * Chooses the size of a first attempt: what `tempered.json` says, else what earlier runs taught, else the stage's own guess; rounded up
 * to what the platform sells, whose CPUs come with it.
 * @throws TemperedError `WRONG_INPUT` when `tempered.json` asks for more than is allowed, or allows less than is sold
 */
export function chooseFirstSize(question: SizeQuestion): FirstSize {
  const { definition, override, platform, input } = question;
  const guess = definition.sizeFor(input.rows);
  const own = definition.settingsFor(input.rows);
  const { cap: most, fit, isSold } = rangeOf(question);
  checkOverride(definition.name, override, most);
  const cpus = override.cpus ?? Math.min(guess.cpus, most.cpus);
  const cap = { ...fit({ memoryBytes: most.memoryBytes, cpus }), diskBytes: guess.diskBytes };
  const sized = (memoryBytes: number, why: string) => {
    const size = fit({ memoryBytes, cpus });
    const isRounded = size.memoryBytes > memoryBytes;
    const because = isRounded ? `${why}; the next size that ${platform} has is ${formatBytes(size.memoryBytes)}` : why;
    return { first: { ...size, diskBytes: guess.diskBytes }, cap, because };
  };
  if (override.memory !== undefined) return { ...sized(override.memory, 'set in tempered.json'), settings: own };
  const learned = learnSize(
    question.records.filter((record) => record.platform === platform),
    {
      ...input,
      cpus: isSold ? null : cpus,
      capBytes: cap.memoryBytes,
      sizeFor: definition.sizeFor,
      ownSettings: own,
    },
  );
  if (learned) return { ...sized(learned.memoryBytes, learned.because), settings: learned.settings };
  const isCut = guess.memoryBytes > cap.memoryBytes;
  const cut = isCut ? `, cut from ${formatBytes(guess.memoryBytes)} to the largest allowed` : '';
  return { ...sized(Math.min(guess.memoryBytes, cap.memoryBytes), `first size${cut}`), settings: own };
}

type Wanted = Pick<Resources, 'memoryBytes' | 'cpus'>;

/** What a stage may have on a platform. */
interface Range {
  readonly cap: Wanted;
  /** The size that is had when this much is wanted. */
  readonly fit: (wanted: Wanted) => Wanted;
  /** True where sizes come from a list. */
  readonly isSold: boolean;
}

function rangeOf({ definition, override, platform, offer: { largest, sizes } }: SizeQuestion): Range {
  const mostBytes = Math.min(override.maxMemory ?? largest.memoryBytes, largest.memoryBytes);
  if (!sizes) return { cap: { memoryBytes: mostBytes, cpus: largest.cpus }, fit: (wanted) => wanted, isSold: false };
  const [smallest, ...larger] = rungsUpTo(sizes, mostBytes);
  if (!smallest) {
    const least = sizes[0] ?? largest;
    throw new TemperedError(
      'WRONG_INPUT',
      `stages.${definition.name}.maxMemory is ${formatBytes(mostBytes)}, but the smallest size that ${platform} has is ${formatBytes(least.memoryBytes)}`,
      { field: `stages.${definition.name}.maxMemory`, advice: 'raise maxMemory in tempered.json' },
    );
  }
  const rungs = [smallest, ...larger] as const;
  return {
    cap: {
      memoryBytes: Math.max(...rungs.map(({ memoryBytes }) => memoryBytes)),
      cpus: Math.max(...rungs.map(({ cpus }) => cpus)),
    },
    fit: (wanted) => roundUp(rungs, wanted),
    isSold: true,
  };
}

function checkOverride(stage: string, { memory, cpus }: SizeQuestion['override'], most: Wanted): void {
  if (memory !== undefined && memory > most.memoryBytes) {
    throw new TemperedError(
      'WRONG_INPUT',
      `stages.${stage}.memory is ${formatBytes(memory)}, but at most ${formatBytes(most.memoryBytes)} is allowed`,
      {
        field: `stages.${stage}.memory`,
        advice: 'lower memory, or raise maxMemory or local.memoryBudget in tempered.json',
      },
    );
  }
  if (cpus !== undefined && cpus > most.cpus) {
    throw new TemperedError(
      'WRONG_INPUT',
      `stages.${stage}.cpus is ${String(cpus)}, but at most ${String(most.cpus)} can be had`,
      { field: `stages.${stage}.cpus`, advice: 'lower cpus, or raise local.cpus in tempered.json' },
    );
  }
}
