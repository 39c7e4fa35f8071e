import { boundLine, boundText } from './bound-text.js';
import { cleanLine, withoutTransport } from './clean-line.js';
import type { Line } from './line.js';
import { fieldOfLines, structuredLine } from './structured-line.js';

/** A line of JSON may hold a whole stack trace. */
const JSON_LINE = 64 * 1024;

/** What transports put before a line is shorter. */
const PREFIX = 300;

/** A logger's line in a container's line in a collector's line. */
const PACKED = 3;

/** How many lines are read from the start and from the end: a log of the usual size has a tenth of them. */
const FIRST_LINES = 2_000;
const LAST_LINES = 14_000;

/** A log as clean lines. Anything is a log: binary, one line of many megabytes, nothing. */
export function readLines(log: string): readonly Line[] {
  const lines: Line[] = [];
  for (const raw of boundLines(boundText(log).split(/\r\n|\n|\r/))) {
    for (const part of opened(raw, 0)) lines.push(cleanLine(boundLine(part)));
  }
  return lines;
}

/** What loggers packed into JSON, also behind the prefix of a transport, and once more where a container's log holds a program's. */
function opened(raw: string, depth: number): readonly string[] {
  if (raw.length > JSON_LINE || depth >= PACKED) return [raw];
  const begin = raw.indexOf('{');
  const mayBeJson = begin >= 0 && begin <= PREFIX;
  if (!mayBeJson && !raw.includes('\\n')) return [raw];
  const line = withoutTransport(raw);
  const inner = (mayBeJson ? structuredLine(line) : null) ?? fieldOfLines(line);
  return inner === null ? [raw] : inner.split('\n').flatMap((part) => opened(part, depth + 1));
}

function boundLines(lines: readonly string[]): readonly string[] {
  if (lines.length <= FIRST_LINES + LAST_LINES) return lines;
  return [...lines.slice(0, FIRST_LINES), ...lines.slice(-LAST_LINES)];
}
