import { formatBytes } from '../contracts/bytes.js';
import { TemperedError } from '../contracts/failure.js';
import type { Profile } from '../contracts/profile.js';
import type { Resources, Settings } from '../contracts/resources.js';
import type { SizeRecord } from '../contracts/size-record.js';
import type { StageDefinition } from '../contracts/stage.js';
import { learnSize } from './learn.js';
import type { InputSize } from './learn/input-size.js';

/** A run of a stage whose first size is to be chosen. */
export interface SizeQuestion {
  readonly definition: StageDefinition;
  /** What `tempered.json` says of the stage. */
  readonly override: Profile['stages'][string];
  /** The biggest job that the platform can ever run. */
  readonly largest: Resources;
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
 * Chooses the size of a first attempt: what `tempered.json` says, else what earlier runs taught, else the stage's own guess.
 * @throws TemperedError `WRONG_INPUT` when `tempered.json` asks for more than is allowed
 */
export function chooseFirstSize({ definition, override, largest, input, records }: SizeQuestion): FirstSize {
  const guess = definition.sizeFor(input.rows);
  const own = definition.settingsFor(input.rows);
  const capBytes = Math.min(override.maxMemory ?? largest.memoryBytes, largest.memoryBytes);
  checkOverride(definition.name, override, { memoryBytes: capBytes, cpus: largest.cpus });
  const cpus = override.cpus ?? Math.min(guess.cpus, largest.cpus);
  const sized = (memoryBytes: number): Resources => ({ memoryBytes, cpus, diskBytes: guess.diskBytes });
  const cap = sized(capBytes);
  if (override.memory !== undefined) {
    return { first: sized(override.memory), cap, settings: own, because: 'set in tempered.json' };
  }
  const { sizeFor } = definition;
  const learned = learnSize(records, { ...input, cpus, capBytes, sizeFor, ownSettings: own });
  if (learned) return { first: sized(learned.memoryBytes), cap, settings: learned.settings, because: learned.because };
  const cut = guess.memoryBytes > capBytes ? `, cut from ${formatBytes(guess.memoryBytes)} to the largest allowed` : '';
  const memoryBytes = Math.min(guess.memoryBytes, capBytes);
  return { first: sized(memoryBytes), cap, settings: own, because: `first size${cut}` };
}

function checkOverride(
  stage: string,
  { memory, cpus }: SizeQuestion['override'],
  most: { readonly memoryBytes: number; readonly cpus: number },
): void {
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
