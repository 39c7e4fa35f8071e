/** How much of a log is read, in characters. The end says what happened; the start says how it was launched. */
const HEAD = 32 * 1024;
const TAIL = 224 * 1024;

/** A line longer than this is data; its start is enough to see what it says. */
const LINE = 4 * 1024;

/** A text of this size is the tail of a larger one as often as not. */
const A_TAIL = 16 * 1024;

/** The start and the end of a text, without the rest of a line that a cut left at their beginnings. Never more than 256 Ki characters. */
export function boundText(text: string): string {
  if (text.length < A_TAIL) return text;
  if (text.length <= HEAD + TAIL) return withoutCutLine(text);
  return `${withoutCutLine(text.slice(0, HEAD))}\n${withoutCutLine(text.slice(-TAIL))}`;
}

/** Half a sentence may say the opposite of the whole: `(perhaps) out of memory?`. */
function withoutCutLine(text: string): string {
  const end = text.indexOf('\n');
  return end < 0 || end > LINE ? text : text.slice(end + 1);
}

/** The start of a line. */
export function boundLine(line: string): string {
  return line.length <= LINE ? line : line.slice(0, LINE);
}
