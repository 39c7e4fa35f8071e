import { randomBytes } from 'node:crypto';

/** A run's id: the pipeline, the local time of the start and four random characters, as `salary-20261120-031500-x7ka`. */
export function newRunId(pipeline: string, now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${String(now.getFullYear())}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  return `${pipeline}-${day}-${time}-${randomText(4)}`;
}

/** Without vowels and look-alikes, so that an id can be read aloud and spells nothing. */
const LETTERS = 'bcdfghjkmnpqrstvwxz2456789';

function randomText(length: number): string {
  return [...randomBytes(length)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
}
