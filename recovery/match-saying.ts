import { isCarrier } from './log/lead-ins.js';
import type { Saying } from './log/saying.js';
import { ownWords, speaksForItself } from './own-words.js';
import type { TextRule } from './rules/rule.js';

/** Names of programs before their messages: `slurmstepd: error: `. */
const PROGRAMS = /^(?:(?:[\w./+-]{1,60}(?:\[\d{1,10}\])?|Error|error|ERROR): {1,2}){0,3}/;

/** What stands before the words makes the line a row of data, or another's report of them. */
const DATA_BEFORE =
  /[,;\t|={}"`]|(?<!\w)'|^\d+ |\b(?:row|record|sample|example|text|comment|title|label|review|query|message|column|event|test|case|feature|ticket|question|attempt|retry|trial|epoch|fold|batch)s?\b ?(?:#? ?\d+|:|=|\()|\b(?:says?|said|contains?|called|named|handle[sd]?|caught|survived|expected|previous(?:ly)?|earlier|prior|before)\b/i;

/** A statement prepared for the rules. */
export class SayingMatcher {
  readonly #headed: string;
  readonly #own: string | null;
  readonly #line: boolean;

  /** @param anywhere the text is a platform's reason: the words may stand anywhere in it */
  constructor(
    readonly saying: Saying,
    readonly anywhere: boolean,
  ) {
    const { className, message, text } = saying;
    this.#headed = className === null ? '' : message === '' ? className : `${className}: ${message}`;
    this.#line = className === null || isCarrier(className);
    const body = className === null ? text : message;
    this.#own = speaksForItself(saying)
      ? ownWords(anywhere ? body.replace(/"(\w{1,60}(?: \w{1,60}){0,3})"/g, '$1') : body)
      : null;
  }

  matches({ in: where, pattern }: TextRule): boolean {
    if (where === 'class') return this.#headed !== '' && pattern.test(this.#headed);
    if (where === 'statement')
      return (
        this.#line && this.#stands(pattern, this.saying.className === null ? this.saying.text : this.saying.message)
      );
    if (this.#own === null) return false;
    return this.#line ? this.#stands(pattern, this.#own) : pattern.test(this.#own);
  }

  /** In a line the words come first, or after what is no data. */
  #stands(pattern: RegExp, text: string): boolean {
    const found = pattern.exec(text);
    if (found === null) return false;
    if (this.anywhere) return true;
    const before = text.slice(0, found.index).replace(PROGRAMS, '');
    return found.index <= 400 && !DATA_BEFORE.test(before);
  }
}
