import type { Json } from '../contracts/json.js';

/**
 * Any value that a data file can hold, as JSON that loses nothing: integers beyond 2^53, NaN and infinities as text, bytes in
 * hexadecimal, dates in ISO form.
 */
export function jsonSafe(value: unknown): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case 'object':
      return value === null ? null : objectSafe(value);
    default:
      return null;
  }
}

function objectSafe(value: object): Json {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
  if (Symbol.iterator in value && typeof value[Symbol.iterator] === 'function') {
    return Array.from(value as Iterable<unknown>, jsonSafe);
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, jsonSafe(inner)]));
}

/**
 * A moment as ISO text without a zone, as fine as its unit: `2020-06-30T00:00:00.000123`; whole seconds without a fraction.
 * @param count units since 1970
 */
export function isoMoment(count: bigint, unitsPerSecond: 1_000n | 1_000_000n | 1_000_000_000n): string {
  const fraction = ((count % unitsPerSecond) + unitsPerSecond) % unitsPerSecond;
  const seconds = (count - fraction) / unitsPerSecond;
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return String(count);
  const whole = date.toISOString().slice(0, -'.000Z'.length);
  const digits = String(unitsPerSecond).length - 1;
  return fraction === 0n ? whole : `${whole}.${String(fraction).padStart(digits, '0')}`;
}
