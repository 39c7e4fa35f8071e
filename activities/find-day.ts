import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { TemperedError } from '../contracts/failure.js';
import type { DatasetRef } from '../contracts/refs.js';
import { readManifest } from '../storage/snapshots.js';
import { childUri } from '../storage/uri.js';
import type { ActivityContext } from './context.js';

/** Which day is asked about; null is the last one that can be. */
export interface DayRequest {
  readonly days: DatasetRef;
  readonly date: string | null;
  readonly features: readonly string[];
}

/** A day, and what a model is told of it. */
export interface Day {
  readonly date: string;
  readonly features: Readonly<Record<string, number>>;
}

/**
 * Local activity: the features of one day out of a table of some thousand.
 * @throws TemperedError `WRONG_INPUT` naming the days that there are, or what the day lacks
 */
export function findDay({ storage }: ActivityContext) {
  return async ({ days, date, features }: DayRequest): Promise<Day> => {
    const rows: Row[] = [];
    for (const { path } of (await readManifest(storage, days.uri)).files) {
      const file = await storage.open(childUri(days.uri, path));
      rows.push(...(await parquetReadObjects({ file, compressors, columns: ['id', ...features] })));
    }
    const dates = rows.map(dateOf);
    const place = date === null ? rows.findLastIndex((row) => lacks(row, features).length === 0) : dates.indexOf(date);
    const row = rows[place];
    if (!row) {
      const allowed = `${dates[0] ?? 'none'} to ${dates.at(-1) ?? 'none'}`;
      throw wrongDate(date ?? 'none', `no day with all of ${features.join(', ')}`, allowed);
    }
    const lacking = lacks(row, features);
    if (lacking.length > 0) {
      throw wrongDate(dateOf(row), `a day without ${lacking.join(', ')}`, 'a day whose features are all known');
    }
    return { date: dateOf(row), features: Object.fromEntries(features.map((name) => [name, Number(row[name])])) };
  };
}

type Row = Readonly<Record<string, unknown>>;

/** The id of a day is its date as a number: 20170228. */
function dateOf({ id }: Row): string {
  return String(id).replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3');
}

function lacks(row: Row, features: readonly string[]): readonly string[] {
  return features.filter((name) => typeof row[name] !== 'number');
}

function wrongDate(date: string, found: string, allowed: string): TemperedError {
  return new TemperedError('WRONG_INPUT', `askDate: found ${date}, ${found}; allowed: ${allowed}`, {
    ...{ field: 'askDate', found: date, allowed },
  });
}
