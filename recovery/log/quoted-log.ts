/** What stands before the end of a log that a platform hands on: Ray's Jobs API, YARN's diagnostics, EMR. */
const ANNOUNCED =
  /\blast available logs?\b[^\n]{0,80}:[ \t]*\n|\bLast \d{1,9} bytes of [\w./-]{1,60} ?:[ \t]*\n|\b(?:log tail|last (?:log )?lines|stderr|stdout)\b[^\n]{0,40}:[ \t]*\n/i;
const TRACEBACK = /^[ \t]*Traceback \(most recent call last\):/m;

/** A text of a platform or a job, apart from the log that it quotes. */
export interface Told {
  readonly words: string;
  readonly log: string;
}

/**
 * Takes a quoted log out of a text. A platform's own words are believed wherever they stand; in a log, what came earlier may have
 * been survived and rows may hold any words, so it has to be read as one.
 */
export function splitQuotedLog(text: string): Told {
  const announced = ANNOUNCED.exec(text);
  const traceback = TRACEBACK.exec(text);
  if (announced === null && traceback === null) return { words: text, log: '' };
  // What stands above a traceback that nothing announces was printed before it.
  const start = announced ? announced.index + announced[0].length : traceback?.index === 0 ? 0 : text.indexOf('\n') + 1;
  return { words: text.slice(0, start), log: text.slice(start) };
}
