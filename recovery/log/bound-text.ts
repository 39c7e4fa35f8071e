/** How much of a log is read, in characters. The end says what happened; the start says how it was launched. */
const HEAD = 32 * 1024;
const TAIL = 224 * 1024;

/** A line longer than this is data; its start is enough to see what it says. */
const LINE = 4 * 1024;

/** The start and the end of a text, cut at line ends where there are any. Never more than 256 Ki characters. */
export function boundText(text: string): string {
  if (text.length <= HEAD + TAIL) return text;
  return `${text.slice(0, HEAD)}\n${text.slice(-TAIL)}`;
}

/** The start of a line. */
export function boundLine(line: string): string {
  return line.length <= LINE ? line : line.slice(0, LINE);
}
