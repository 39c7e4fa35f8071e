import type { SizeRecord } from '../../contracts/size-record.js';
import { amountOf, isLikeSized } from './input-size.js';

/** So many newer runs of like size push a run out: jobs change, and a size must be able to go down again. */
const WINDOW = 20;

/**
 * The runs that still say something about the next one, newest first, whatever order they come in. A run counts until {@link WINDOW}
 * newer ones had inputs of like size, so that many small runs do not make the one large run of the night forgotten.
 * @param cpus of the next run: a job spreads over its CPUs, so a run with another number of them says nothing about its memory; null:
 *   any number counts
 */
export function recentRuns(records: readonly SizeRecord[], cpus: number | null): readonly SizeRecord[] {
  const newestFirst = records.filter((record) => cpus === null || record.cpus === cpus).sort(newerFirst);
  return newestFirst.filter((record, index) => {
    const amount = amountOf(record);
    const newer = newestFirst.slice(0, index).filter((other) => isLikeSized(amountOf(other), amount));
    return newer.length < WINDOW;
  });
}

function newerFirst(one: SizeRecord, other: SizeRecord): number {
  return Date.parse(other.at) - Date.parse(one.at) || (one.jobKey < other.jobKey ? -1 : 1);
}
