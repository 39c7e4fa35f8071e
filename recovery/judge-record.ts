import type { Verdict } from '../contracts/verdict.js';
import type { Facts } from './facts.js';
import { isCarrier, unfold } from './log/lead-ins.js';
import type { LogRecord, Rank } from './log/log-record.js';
import type { Saying } from './log/saying.js';
import { SayingMatcher } from './match-saying.js';
import { isOfConnection, isOfPlumbing, mayFollowDeath, tellsOfDeath } from './rules/consequences.js';
import { isKernelNotice } from './rules/kernel.js';
import { shorten, verdictOf } from './rules/rule.js';
import { TEXT_RULES } from './rules/text-rules.js';

/**
 * What one record says: `cause` names what happened; `own` is an exception of the program itself; `death` tells that something
 * else died, `follows` may follow from such a death; `nothing` is talk.
 */
export type Judgement =
  | { readonly kind: 'cause'; readonly verdict: Verdict; readonly rank: Rank; readonly toldKill: boolean }
  | { readonly kind: 'death'; readonly verdict: Verdict | null; readonly rank: Rank; readonly quote: string }
  | { readonly kind: 'own'; readonly rank: Rank; readonly quote: string }
  | { readonly kind: 'follows'; readonly rank: Rank; readonly quote: string; readonly ofConnection: boolean }
  | { readonly kind: 'nothing' };

/** Errors in the wake of an end: they neither explain it nor speak against an explanation. */
const WAKE =
  /\b(?:shut ?down|shutting down|stopped|stopping|interrupted|RejectedExecution\w*|ClosedChannel\w*|closed|clean ?up|Broken pipe|Connection (?:reset|refused)|heartbeat|Failed to (?:send|connect|delete)|Ignoring|unregister\w*|Uncaught exception in thread Thread-\d)/i;

const NOTHING = { kind: 'nothing' } as const;

/** Reads one record. Reasons of the platform beat memory: the first rule of the table over all its statements decides; one that is not sure decides last. */
export function judgeRecord(record: LogRecord, facts: Facts, anywhere = false): Judgement {
  if (isKernelNotice(record)) return NOTHING;
  const sayings = record.sayings.flatMap(unfold);
  const matchers = sayings.map((saying) => new SayingMatcher(saying, anywhere));
  let unsure: Judgement | null = null;
  for (const rule of TEXT_RULES) {
    if (rule.when?.(facts) === false) continue;
    const matcher = matchers.find((candidate) => candidate.matches(rule));
    if (matcher === undefined) continue;
    const verdict = verdictOf(rule, matcher.saying.text, { facts, saying: matcher.saying, context: record.context });
    if ((rule.certainty === 'ambiguous' && rule.kind !== 'out-of-memory') || rule.aftermath) {
      unsure ??= { kind: 'death', verdict, rank: record.rank, quote: matcher.saying.text };
      continue;
    }
    const sure =
      record.raisedInHandler && matcher.saying.text !== record.sayings[0]?.text ? lessSure(verdict) : verdict;
    const ended = rule.in === 'statement' && rule.kind !== 'bug' && record.rank === 'bare';
    return { kind: 'cause', verdict: sure, rank: ended ? 'death' : record.rank, toldKill: rule.toldKill === true };
  }
  return unsure ?? judgeUnknown(record.rank, sayings);
}

/** The same verdict, at most probable. */
export function lessSure(verdict: Verdict): Verdict {
  return verdict.certainty === 'definite' ? { ...verdict, certainty: 'probable' } : verdict;
}

function judgeUnknown(rank: Rank, sayings: readonly Saying[]): Judgement {
  const thrown = sayings.find(({ className }) => className !== null);
  const quote = shorten((thrown ?? sayings[0])?.text ?? '');
  if (sayings.some(({ text }) => tellsOfDeath(text))) return { kind: 'death', verdict: null, rank, quote };
  if (thrown === undefined || (rank !== 'death' && sayings.some(({ text }) => WAKE.test(text)))) return NOTHING;
  // Python's word for an exit code.
  if (/^SystemExit(?:: \d{1,3})?$/.test(thrown.text)) return NOTHING;
  const carried = sayings.findLast(({ className }) => className !== null && !isCarrier(className)) ?? thrown;
  const ofConnection = isOfConnection(carried.text);
  // What carriers carry decides: an engine wraps a fault of the program and a lost connection in the same classes.
  const isTold = carried !== thrown && (isOfPlumbing(carried) || WAKE.test(carried.text));
  const follows = ofConnection || mayFollowDeath(carried.text) || isTold;
  return follows ? { kind: 'follows', rank, quote, ofConnection } : { kind: 'own', rank, quote };
}
