const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `10 minutes`: a number and a unit, written short or long. */
const DURATION = /^(?<amount>\d+(?:\.\d+)?)\s*(?<unit>ms|s|seconds?|m|minutes?|h|hours?|d|days?)$/;

/**
 * Reads a duration written for people.
 * @returns milliseconds, or undefined when the text is not a duration
 */
export function findDurationMs(text: string): number | undefined {
  const { amount, unit } = DURATION.exec(text)?.groups ?? {};
  const unitMs = unit === 'ms' ? UNITS_MS['ms'] : UNITS_MS[unit?.charAt(0) ?? ''];
  return unitMs === undefined ? undefined : Math.round(Number(amount) * unitMs);
}
