import type { Verdict } from '../contracts/verdict.js';
import type { Facts } from './facts.js';
import { isDataBefore } from './match-saying.js';
import { ownWords } from './own-words.js';
import { LAST_WORDS, LIVES_ON, OF_MEMORY, NO_SIZE_HELPS } from './rules/memory-words.js';
import { allocator, heapOf, namesContainer } from './rules/regions.js';
import { type FieldRule, verdictOf } from './rules/rule.js';

/** How many statements from the end can be the last words: a manager says a few more while it cleans up. */
const LAST = 12;

/** What stands in columns is a table of many things; a scheduler writes its states in capitals. */
const COLUMNS = /\S {2,}\S|\d\/\d|\|/;
const STATE = /OUT_OF_ME|OOM_KILLED/;

const RULE: Pick<FieldRule, 'id' | 'kind' | 'certainty' | 'region' | 'source'> = {
  id: 'last-words',
  kind: 'out-of-memory',
  certainty: 'probable',
  region: (place) => {
    if (namesContainer(place.saying.text) || /\bOOM[-_ ]?killed\b/i.test(place.saying.text)) return 'container';
    return /\bheap\b/i.test(place.saying.text) ? heapOf(place) : allocator(place);
  },
  source: 'programs and hosts that no other rule knows: what they say of memory at their end',
};

/**
 * The last resort before `unknown`: nothing explains how the program ended, and the last words in its log, or of the platform, are that
 * memory ran out. A program that was killed need not have said so as an error.
 */
export function decideLastWords(facts: Facts): Verdict | null {
  if (facts.signal === 'SIGKILL' && facts.oomKills === 0) return null;
  const killed = facts.signal === 'SIGKILL' || facts.signal === 'SIGABRT';
  const said = facts.records.filter(({ rank }) => killed || rank !== 'hint').slice(-LAST);
  for (const record of [...facts.reasonRecords, ...facts.messageRecords, ...said].reverse()) {
    const saying = record.sayings.find(({ text }) => namesMemory(text));
    if (saying) return verdictOf(RULE, saying.text, { facts, saying, context: record.context });
  }
  return null;
}

function namesMemory(text: string): boolean {
  if (!OF_MEMORY.test(text) || LIVES_ON.test(text) || NO_SIZE_HELPS.test(text)) return false;
  const words = ownWords(text.replace(/"(\w{1,30}(?: \w{1,30}){0,3})"/g, '$1'));
  const found = LAST_WORDS.exec(words);
  if (found === null) return false;
  const before = words.slice(0, found.index);
  return !isDataBefore(before, true) && (!COLUMNS.test(before) || STATE.test(found[0]));
}
