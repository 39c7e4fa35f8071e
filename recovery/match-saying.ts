import { isCarrier } from './log/lead-ins.js';
import type { Saying } from './log/saying.js';
import { ownWords, speaksForItself } from './own-words.js';
import { OF_MEMORY } from './rules/memory-words.js';
import type { TextRule } from './rules/rule.js';

/** Names of programs before their messages: `slurmstepd: error: `. */
const PROGRAMS =
  /^(?:(?:(?!(?:expected|actual|received|got|wanted):)[\w./+-]{1,60}(?:\[\d{1,10}\])?|Error|error|ERROR): {1,2}){0,3}/;

/** What stands before the words makes the line a row of data, or another's report of them. */
const ABOUT_DATA =
  /^(?:expected|actual|received|got|wanted): |^[\w./-]{1,120}\.(?:log|out|err|txt|md|jsonl?|csv):\d{1,7}:|\b(?:row|record|sample|example|text|comment|title|label|review|query|message|column|event|test|case|feature|ticket|question|attempt|retry|trial|epoch|fold|batch)s?\b ?(?:#? ?\d+|:|=|\()|\bcommand failed: \S+ |\b(?:says?|said|contains?|called|named|handle[sd]?|caught|survived|expected|previous(?:ly)?|earlier|prior|before)\b/i;
const MARKS_OF_DATA = /^#{1,3} |^<[a-z]{1,12}>(?!:)|->|[,;\t|={}"`]|(?<!\w)'|^\d+ |^[\w./-]{1,120}:\d{1,7}:(?=\S)/;
/** Where in its source a program speaks from. */
const PLACE =
  /^(?:\d{1,3}: )?[\w./+-]{1,120}\.(?:cc?|cpp|cxx|hh?|hpp|cu|rs|go|f90|java|scala|py)(?:, (?:line )?|:)\d{1,7}: /;
/** Who it was that ended, by a name that was cut out. */
const NAMED_PART =
  /\b(?:pod|container|job|node|process|task|step|service|worker|executor|instance|unit|application) ""/gi;
/** What the words are the value of, in a scheduler's answer. */
const STATE_FIELD = /\b(?:Job)?State ?[:=] ?$/;
/** Whole sentences of their own. */
const SENTENCES_BEFORE = /^[A-Z][^\n"'`={}|\t]{20,300}[a-z)][.!] (?=[A-Z:])/;
/** Which file, line or container it was, in brackets. */
const ASIDE = /\([^()\n]{0,200}\)/g;
/** As little as that in front of the last words of all, which may stand in a scheduler's table. */
const MARKS_OF_VALUES = /^#{1,3} |^<[a-z]{1,12}>(?!:)|->|[,;\t={}[`]|(?<!\w)'/;

/** True when what stands before the words makes the line data; the last words of all may stand in a table. */
export function isDataBefore(text: string, inTable = false): boolean {
  const before = text
    .replace(ASIDE, '')
    .replace(PROGRAMS, '')
    .replace(PLACE, '')
    .replace(NAMED_PART, '')
    .replace(STATE_FIELD, '');
  return (
    ABOUT_DATA.test(before) || (inTable ? MARKS_OF_VALUES : MARKS_OF_DATA).test(before.replace(SENTENCES_BEFORE, ''))
  );
}

/** A statement prepared for the rules. */
export class SayingMatcher {
  readonly #headed: string;
  readonly #own: string | null;
  readonly #line: boolean;
  readonly #ofMemory: boolean;

  /** @param anywhere the text is a platform's reason: the words may stand anywhere in it */
  constructor(
    readonly saying: Saying,
    readonly anywhere: boolean,
  ) {
    const { className, message, text } = saying;
    this.#headed = className === null ? '' : message === '' ? className : `${className}: ${message}`;
    this.#line = className === null || isCarrier(className);
    this.#ofMemory = OF_MEMORY.test(text);
    const body = className === null ? text : message;
    this.#own = speaksForItself(saying)
      ? ownWords(anywhere ? body.replace(/"(\w{1,60}(?: \w{1,60}){0,3})"/g, '$1') : body)
      : null;
  }

  matches(rule: TextRule): boolean {
    const { text, className } = this.saying;
    if (rule.ofMemory && !this.#ofMemory) return false;
    if (!this.#says(rule) || rule.unless?.test(text)) return false;
    return !rule.also || className !== null || this.anywhere || rule.also.test(text);
  }

  #says({ in: where, pattern, ofMemory, kind }: TextRule): boolean {
    if (where === 'class') return this.#headed !== '' && pattern.test(this.#headed);
    if (where === 'statement') {
      const { className, message, text } = this.saying;
      // Whoever only supposes speaks of memory in the same words.
      const said = ofMemory && kind === 'out-of-memory' ? (this.#own ?? '') : className === null ? text : message;
      return this.#line && this.#stands(pattern, said);
    }
    if (this.#own === null) return false;
    return this.#line ? this.#stands(pattern, this.#own) : pattern.test(this.#own);
  }

  /** In a line the words come first, or after what is no data. */
  #stands(pattern: RegExp, text: string): boolean {
    const found = pattern.exec(text);
    if (found === null) return false;
    if (this.anywhere) return true;
    return found.index <= 400 && !isDataBefore(text.slice(0, found.index));
  }
}
