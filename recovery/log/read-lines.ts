import { boundLine, boundText } from './bound-text.js';
import { cleanLine } from './clean-line.js';
import type { Line } from './line.js';
import { structuredLine } from './structured-line.js';

/** A line of JSON may hold a whole stack trace. */
const JSON_LINE = 64 * 1024;

/** How many lines are read from the start and from the end: a log of the usual size has a tenth of them. */
const FIRST_LINES = 2_000;
const LAST_LINES = 14_000;

/** A log as clean lines. Anything is a log: binary, one line of many megabytes, nothing. */
export function readLines(log: string): readonly Line[] {
  const lines: Line[] = [];
  for (const raw of boundLines(boundText(log).split(/\r\n|\n|\r/))) {
    const inner = raw.length <= JSON_LINE ? structuredLine(raw) : null;
    if (inner === null) lines.push(cleanLine(boundLine(raw)));
    else for (const part of inner.split('\n')) lines.push(cleanLine(boundLine(part)));
  }
  return lines;
}

function boundLines(lines: readonly string[]): readonly string[] {
  if (lines.length <= FIRST_LINES + LAST_LINES) return lines;
  return [...lines.slice(0, FIRST_LINES), ...lines.slice(-LAST_LINES)];
}
