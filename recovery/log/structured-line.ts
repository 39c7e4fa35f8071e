/** Fields in which loggers keep what a person would read, in the order in which they are shown. */
const TEXT_FIELDS = [
  'message',
  'msg',
  'log',
  'event',
  'textPayload',
  'jsonPayload',
  'exception',
  'exc_info',
  'error',
  'err',
  'stack',
  'stack_trace',
  'stacktrace',
  'traceback',
  'thrown',
  'throwable',
  'stackTrace',
  'extendedStackTrace',
];
/** Such a field on a line of its own, with lines in its text: a notebook's error, a service's answer. */
const FIELD_OF_LINES = new RegExp(String.raw`^\s{0,40}"(?:${TEXT_FIELDS.join('|')})": ?(".*\\n.*"),?\s*$`);
const LEVEL_FIELDS = ['level', 'levelname', 'severity', 'log_level', 'lvl'];

/** Pino and bunyan write numbers. */
const NUMBERED_LEVELS: Readonly<Record<string, string>> = {
  '60': 'FATAL',
  '50': 'ERROR',
  '40': 'WARN',
  '30': 'INFO',
  '20': 'DEBUG',
};

/**
 * The text in a line of JSON that a logger wrote, its level first; null for every other line, so also for JSON that is data.
 * Docker, CloudWatch, Google's logging, pino, structlog and log4j's JSON layouts name their fields like this.
 */
export function structuredLine(line: string): string | null {
  if (!line.startsWith('{') || !line.trimEnd().endsWith('}')) return null;
  const fields = parseObject(line);
  if (fields === null) return null;
  const text = textOf(fields, 0);
  if (text === '') return null;
  const level = levelOf(fields);
  const looksLogged =
    level !== '' || ['log', 'timestamp', 'time', 'ts', '@timestamp', 'stream'].some((name) => name in fields);
  return looksLogged ? `${level}${text.trimEnd()}` : null;
}

/** The text of a field that holds lines, in a document that was printed over several; null for every other line. */
export function fieldOfLines(line: string): string | null {
  const quoted = line.includes('\\n') ? FIELD_OF_LINES.exec(line)?.[1] : undefined;
  try {
    return quoted === undefined ? null : String(JSON.parse(quoted));
  } catch {
    return null;
  }
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function textOf(fields: Record<string, unknown>, depth: number): string {
  const parts: string[] = [];
  for (const name of TEXT_FIELDS) {
    const value = fields[name];
    if (typeof value === 'string') parts.push(value);
    else if (isObject(value) && depth < 2) parts.push(textOf(value, depth + 1));
  }
  return parts.filter((part) => part !== '').join('\n');
}

function levelOf(fields: Record<string, unknown>): string {
  const value = LEVEL_FIELDS.map((name) => fields[name]).find(
    (found) => typeof found === 'string' || typeof found === 'number',
  );
  if (value === undefined) return '';
  const name = String(value);
  return `${NUMBERED_LEVELS[name] ?? name.toUpperCase()} `;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
