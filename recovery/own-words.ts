import { isCarrier } from './log/lead-ins.js';
import { type Saying, simpleName } from './log/saying.js';

/** Exceptions about values: the words in their messages are the user's data, not the runtime's. */
const ABOUT_VALUES =
  /^(?:\w*Key|\w*Value|\w*Type|\w*Index|\w*Lookup|\w*Attribute|\w*Name|UnboundLocal|\w*Assertion|\w*Syntax|\w*Indentation|\w*Unicode\w*|\w*Decode|\w*Encode|\w*Import|ModuleNotFound|FileNotFound|FileExists|IsADirectory|NotADirectory|Permission|NotImplemented|ZeroDivision|\w*Validation|\w*Schema\w*|\w*Parse|\w*Parser|\w*Format|\w*Cast|\w*Analysis|\w*Column\w*|\w*Data|\w*Config\w*|\w*Argument|\w*Reference|\w*Constraint|\w*Integrity|\w*Overflow|\w*Usage|\w*Test|\w*Expectation|\w*Quality|\w*Check|\w*Duplicate\w*|\w*Missing\w*|\w*Unknown\w*|\w*Invalid\w*|\w*NotFound\w*|\w*NoSuch\w*|\w*IllegalArgument|\w*IllegalState|\w*NumberFormat|\w*DateTime\w*|\w*ClassCast|\w*NullPointer|\w*IndexOutOfBounds)(?:Error|Exception|Failure|Warning)?$/;

/** Messages of runtimes in such classes all the same: pandas' C reader says ParserError, V8 RangeError. */
const OF_THE_RUNTIME =
  /C error: out of memory|Array buffer allocation failed|is above the max threshold|^(?:no|not enough|insufficient) (?:\w+ ){0,2}memory\b|^(?:free|available) (?:\w+ ){0,2}memory\b[^\n]{0,80}\bless than\b|^memory allocation (?:failed|error)\b/i;

const QUOTED = /(?<![\w)])(?:'[^'\n]{0,400}'(?!\w)|"[^"\n]{0,600}"|`[^`\n]{0,400}`)/g;
/** A single word in capitals names a state or a limit, as Hadoop's 'PHYSICAL', Grid Engine quotes its resources, HDF5 and Rust the C library's word for errno 12; no data. */
const QUOTED_NAME =
  /'([A-Z][A-Z\d_]{2,30}|Cannot allocate memory)'|"([hs]_(?:vmem|rss)|v?mem|Cannot allocate memory)"/g;
const SUPPOSED =
  /\b(?:may|might|could(?! not)|possibl[ey]|perhaps|probably|likely|usually|typically|often|common causes|consider|try (?:to|setting|reducing|increasing|using|running)|if (?:you|the|this|it)|make sure|(?:to|and|or) (?:avoid|prevent)|suggest\w*|hint|tip|see also|refer to|documentation|e\.g\.|such as|for example|either|or because|in case|when(?:ever)? (?:you|the (?!\w+ (?:was|were)\b))|unless|not (?:an? )?(?:out of memory|OOM)|no (?:out of memory|OOM))\b/i;

/** What a sentence says before it goes on to advise is still what happened. */
const ADVISING_END = /, (?:please )?(?:consider|try) \w{1,20}ing\b[^\n]{0,200}/gi;

/** True for an exception whose message is in the words of a runtime or a library. */
export function speaksForItself({ className, message }: Saying): boolean {
  if (className === null || isCarrier(className)) return true;
  return !ABOUT_VALUES.test(simpleName(className)) || OF_THE_RUNTIME.test(message);
}

/** What had not happened yet. */
const NOT_YET = /\b(?:before|until|lest|would|will)\b[^.\n]{0,40}\bruns? out\b[^.\n]{0,200}/gi;

/** A text without what it quotes, and without sentences that only suppose or advise, and without numbered possibilities. */
export function ownWords(text: string): string {
  const bare = text
    .replace(ADVISING_END, '')
    .replace(NOT_YET, '')
    .replace(QUOTED_NAME, '$1$2')
    .replace(QUOTED, '""')
    .replace(/\([^()]{0,200}\)/g, (aside) => (SUPPOSED.test(aside) ? '' : aside));
  return bare
    .split(/(?<=[.!?;])\s+|\n/)
    .filter((sentence) => !SUPPOSED.test(sentence) && !/^\(\d\) |\?$/.test(sentence))
    .join('\n');
}
