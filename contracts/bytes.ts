const UNITS = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;

/** A size for people: a number and a binary unit, as `2GiB` or `512 MiB`. */
export const BYTES_PATTERN = /^(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB|TiB)$/;

/**
 * Reads a size written for people.
 * @param text as `2GiB`, `512MiB`, `1.5 GiB`; binary units only, so that 1GiB is always 2^30 bytes
 * @returns whole bytes
 * @throws RangeError when the text is not a size
 */
export function parseBytes(text: string): number {
  const match = BYTES_PATTERN.exec(text);
  const unit = match?.[2];
  if (!match || !unit || !(unit in UNITS)) {
    throw new RangeError(`"${text}" is not a size; write a number and B, KiB, MiB, GiB or TiB, as 2GiB`);
  }
  return Math.round(Number(match[1]) * UNITS[unit as keyof typeof UNITS]);
}

/** Writes bytes for people: three significant digits and the largest binary unit that fits, as `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  const units = ['TiB', 'GiB', 'MiB', 'KiB'] as const;
  const unit = units.find((name) => Math.abs(bytes) >= UNITS[name]) ?? 'B';
  const value = bytes / UNITS[unit];
  return `${unit === 'B' ? String(value) : String(Number(value.toPrecision(3)))} ${unit}`;
}
