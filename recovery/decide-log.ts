import type { Facts } from './facts.js';
import { isCarrier } from './log/lead-ins.js';
import { sayingOf } from './log/saying.js';
import { type Judgement, judgeRecord, lessSure } from './judge-record.js';

type Cause = Extract<Judgement, { kind: 'cause' }>;
type Telling = Exclude<Judgement, { kind: 'nothing' }>;

const NOT_MADE =
  /\b(?:[Cc]ould not|[Cc]ouldn't|[Ff]ailed to|[Uu]nable to|[Cc]annot|[Cc]an't) (?:load|create|initiali[sz]e|start|allocate|build|construct|set up)\b|\bis not initialized\b/;

/**
 * What the log as a whole says. The last words of the process count most, then what was logged as an error, and warnings only
 * when nothing else explains the end: an engine warns of what it then survives, and says a lot more after it was ended.
 */
export function decideLog(facts: Facts): Judgement {
  const all = judgeAll(facts);
  const judged = all.filter((one) => one.kind !== 'nothing').reverse();
  const deaths = judged.filter(({ rank }) => rank === 'death');
  const last = lastWords(deaths);
  if (last?.kind === 'own') return reasonAbove(last, all) ?? last;
  if (last?.kind === 'cause') return last;
  const said = judged.filter(({ rank }) => rank === 'said' || rank === 'bare');
  const explained =
    last === undefined
      ? said.find(({ kind }) => kind === 'cause' || kind === 'own')
      : said.find((one) => one.kind === 'cause');
  if (explained) return explained;
  // A death that was told anywhere explains what may follow from one.
  const death = last?.kind === 'follows' ? said.find(({ kind }) => kind === 'death') : undefined;
  if (last?.kind === 'follows' && !isCarrier(sayingOf(last.quote).className ?? '')) return death ?? last;
  const hint = judged.find((one): one is Cause => one.kind === 'cause' && one.rank === 'hint');
  if (hint && !isSurvived(hint)) return { ...hint, verdict: lessSure(hint.verdict) };
  return death ?? last ?? said[0] ?? weakest(judged[0]);
}

/** An exception below a line of a logger is that logger's mostly; as the end of a log it explains what nothing else does. */
function weakest(end: Telling | undefined): Judgement {
  return end?.kind === 'own' ? { ...end, kind: 'follows', ofConnection: false } : { kind: 'nothing' };
}

/** What was logged again in the same words is judged once: a failing loop fills a log with one stack. */
function judgeAll(facts: Facts): readonly Judgement[] {
  const known = new Map<string, Judgement>();
  return facts.records.map((record) => {
    const words = [record.rank, record.raisedInHandler, record.context, ...record.sayings.map(({ text }) => text)];
    const key = words.join('\n');
    const judged = known.get(key) ?? judgeRecord(record, facts);
    known.set(key, judged);
    return judged;
  });
}

/** An error that only says that something could not be made, with the words of the library that could not directly above it. */
function reasonAbove(last: Extract<Judgement, { kind: 'own' }>, all: readonly Judgement[]): Judgement | null {
  const above = all[all.lastIndexOf(last) - 1];
  if (above?.kind !== 'cause' || above.rank === 'hint' || above.verdict.kind !== 'out-of-memory') return null;
  return NOT_MADE.test(last.quote) ? { ...above, verdict: lessSure(above.verdict) } : null;
}

/** From the end backwards: past those who only tell of a death, to its cause. */
function lastWords(deaths: readonly Telling[]): Telling | undefined {
  const [last] = deaths;
  if (last === undefined || last.kind === 'cause' || last.kind === 'own') return last;
  const explains = (one: Telling) => one.kind === 'cause' || (one.kind === 'own' && last.kind === 'follows');
  return deaths.find(explains) ?? last;
}

/** Only memory and the platform's own acts can be learnt from a warning. */
function isSurvived({ verdict }: Cause): boolean {
  return verdict.kind === 'throttled' || verdict.kind === 'bug' || verdict.kind === 'capacity';
}
