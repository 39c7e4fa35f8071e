import type { Settings } from '../../contracts/resources.js';
import type { SizeRecord } from '../../contracts/size-record.js';
import { amountOf, likeSizedRange } from './input-size.js';

/** A lever that changes the model is never pulled for last night's sake: each run must first be seen to need it. */
const NOT_LEARNED: readonly string[] = ['sampleShare'];

/** The settings that differ from the stage's own: the levers that were pulled. */
export function pulledLevers(settings: Settings, own: Settings): Settings {
  return Object.fromEntries(
    Object.entries(settings)
      .filter(([name, value]) => own[name] !== value)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** True when the same levers stand at the same values. Both sides come from {@link pulledLevers}, so their names are in order. */
export function sameLevers(one: Settings, other: Settings): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * The levers to begin with: those of the newest run that speaks for this input. A run that pulled levers speaks for inputs from half
 * of its own upwards, one that did without them for inputs up to twice its own.
 * @param newestFirst runs that still count
 */
export function leversFor(newestFirst: readonly SizeRecord[], amount: number): Settings {
  for (const record of newestFirst) {
    if (record.memoryBytes === null) continue;
    const levers = pulledLevers(record.settings, record.ownSettings);
    const names = Object.keys(levers);
    if (names.some((name) => NOT_LEARNED.includes(name))) continue;
    const { first, last } = likeSizedRange(amountOf(record));
    if (names.length > 0 ? amount >= first : amount <= last) return levers;
  }
  return {};
}
