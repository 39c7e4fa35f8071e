const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const NICKNAMES = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

interface CronField {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
}

/** The five fields in order. Temporal takes 0 and 7 for Sunday. */
const FIELDS: readonly CronField[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12, names: MONTHS },
  { name: 'day of week', from: 0, to: 7, names: DAYS },
];

/**
 * Says what would be right for a cron expression that Temporal refuses; undefined for a right one.
 * Five fields, or a nickname as `@daily`; the time zone is a field of its own.
 * @see https://docs.temporal.io/schedule (spec, cron expressions)
 */
export function cronProblem(expression: string): string | undefined {
  const text = expression.trim();
  if (text.startsWith('@'))
    return NICKNAMES.includes(text) ? undefined : `five fields or one of ${NICKNAMES.join(', ')}`;
  const parts = text.split(/\s+/);
  if (parts.length !== FIELDS.length)
    return 'five fields: minute, hour, day of month, month, day of week, as "30 3 * * *"';
  const wrong = FIELDS.find((field, index) => !fits(field, parts[index] ?? ''));
  if (wrong === undefined) return undefined;
  return `for ${wrong.name} * or ${String(wrong.from)} to ${String(wrong.to)}, ranges a-b, steps /n and lists a,b`;
}

function fits(field: CronField, text: string): boolean {
  return text.split(',').every((part) => {
    const match = /^(?<span>[^/]+)(?:\/(?<step>\d+))?$/.exec(part);
    const span = match?.groups?.['span'];
    const step = match?.groups?.['step'];
    if (span === undefined || (step !== undefined && Number(step) < 1)) return false;
    if (span === '*') return true;
    const ends = span.split('-').map((end) => numberOf(field, end));
    const [first = NaN, last = first] = ends;
    return ends.length <= 2 && first >= field.from && last <= field.to && first <= last;
  });
}

function numberOf(field: CronField, text: string): number {
  const named = field.names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return named + field.from;
  return /^\d+$/.test(text) ? Number(text) : NaN;
}
