import type { Evidence } from '../contracts/evidence.js';
import type { Verdict } from '../contracts/verdict.js';
import { decideError } from './decide-error.js';
import { decideLastWords } from './decide-last-words.js';
import { decideLog } from './decide-log.js';
import { decideReason } from './decide-reason.js';
import { type Facts, factsOf } from './facts.js';
import type { Judgement } from './judge-record.js';
import { SIGNAL_RULES, SPARK_EXIT, YARN_EXIT_RULES } from './rules/exits.js';
import { KERNEL_KILL, KERNEL_KILL_OF_CHILD } from './rules/kernel.js';
import { JOB_OUT_OF_MEMORY, PLATFORM_CODE_RULES } from './rules/platform-codes.js';
import { type FieldRule, shorten, verdictOf } from './rules/rule.js';
import { STOPPED_RULES } from './rules/stopped.js';
import { withoutTakenAway } from './taken-away.js';

/**
 * Says what ended a job. Pure: the same evidence gives the same verdict; any evidence gives one.
 * Order: did we stop it? what does the platform say? what does the job call its error? how did it exit, and what did the kernel
 * count? what do its last words say? Evidence that no rule knows is `unknown`: growing on a guess hides bugs and costs money.
 */
export function classify(evidence: Evidence): Verdict {
  const facts = withoutTakenAway(factsOf(evidence));
  if (facts.stopRequested) return judgeStopped(facts);
  return judgePlatform(facts) ?? judgeError(facts) ?? (isCleanExit(facts) ? judgeCleanExit(facts) : judgeEnd(facts));
}

/** Our stop does not hide what the kernel counted before, nor a heap that had run full. */
function judgeStopped(facts: Facts): Verdict {
  const log = decideLog(facts);
  const memory = [decideError(facts), log].find(
    (one) =>
      one.kind === 'cause' && (one.rank === 'death' || one.rank === 'said') && isMemory(one.verdict) && !one.toldKill,
  );
  if (memory?.kind === 'cause') return memory.verdict;
  return first([KERNEL_KILL_OF_CHILD, ...STOPPED_RULES], facts) ?? unknown();
}

function judgePlatform(facts: Facts): Verdict | null {
  const coded = first(PLATFORM_CODE_RULES, facts);
  if (coded) return coded;
  const said = causeOf(decideReason(facts), facts);
  // A platform that only says that memory ran out leaves it to the job to say which.
  const told = said?.region === 'host' ? causeOf(decideError(facts), facts) : null;
  return told && isMemory(told) ? told : said;
}

function judgeError(facts: Facts): Verdict | null {
  return causeOf(decideError(facts), facts) ?? first([JOB_OUT_OF_MEMORY], facts);
}

/** An exit code of 0 is believed: words in a log of a job that went well are words. Only a counted kill says that its work is not done. */
function judgeCleanExit(facts: Facts): Verdict {
  const broken = facts.errorClass === 'ContractBroken';
  const ofChild = first([KERNEL_KILL_OF_CHILD], facts);
  if (ofChild && (broken || (facts.errorClass === null && facts.oomKills !== null))) return ofChild;
  if (broken) return bug('contract-broken', facts.errorMessage);
  return facts.errorClass === null ? unknown() : bug('own-error', `${facts.errorClass}: ${facts.errorMessage}`);
}

function judgeEnd(facts: Facts): Verdict {
  const killed = first([KERNEL_KILL, ...YARN_EXIT_RULES], facts);
  if (killed) return killed;
  const heap = first([SPARK_EXIT], facts);
  if (heap) return refineHeap(heap, facts);
  const [named, log] = [decideError(facts), decideLog(facts)];
  if (named.kind === 'own' && facts.signal !== 'SIGKILL') return bug('own-error', named.quote);
  const cause = causeOf(log, facts);
  if (cause) return cause;
  const told = [named, log, decideReason(facts)].filter((one) => one.kind !== 'nothing');
  const ofChild = first([KERNEL_KILL_OF_CHILD], facts);
  const ended = told.find((one) => one.kind === 'death' && one.verdict?.kind === 'cancelled');
  if (ended?.kind === 'death' && ended.verdict) return ofChild ?? ended.verdict;
  if (facts.signal === 'SIGKILL') return decideLastWords(facts) ?? first(SIGNAL_RULES, facts) ?? unknown();
  const own = told.find(({ kind }) => kind === 'own');
  if (own?.kind === 'own') return bug('own-error', own.quote);
  return (
    ofChild ??
    judgeDeath(told, facts) ??
    decideLastWords(facts) ??
    first(SIGNAL_RULES, facts) ??
    judgeFollowing(told) ??
    unknown()
  );
}

/** Exit code 52 stands for every OutOfMemoryError; the job or its log may tell that it was not the heap. */
function refineHeap(heap: Verdict, facts: Facts): Verdict {
  for (const told of [decideError(facts), decideLog(facts)]) {
    const other = told.kind === 'cause' && isMemory(told.verdict) ? told.verdict : null;
    if (other?.region && ['array-limit', 'metaspace', 'direct-buffer', 'broadcast'].includes(other.region))
      return { ...other, evidence: [...other.evidence, ...heap.evidence] };
  }
  return heap;
}

/** Something died, and nobody says of what. A counter that stood still says of what it did not die. */
function judgeDeath(told: readonly Judgement[], { oomKills }: Facts): Verdict | null {
  const death = told.find((one) => one.kind === 'death');
  if (death === undefined) return null;
  if (death.verdict && death.verdict.kind !== 'unknown') return death.verdict;
  const quote = shorten(death.quote);
  if (oomKills === 0)
    return {
      kind: 'lost',
      certainty: 'probable',
      region: null,
      evidence: [{ rule: 'child-died-not-of-memory', quote: `${quote}; oom_kill +0` }],
    };
  return { kind: 'unknown', certainty: 'ambiguous', region: null, evidence: [{ rule: 'child-died', quote }] };
}

/** The other side of a connection went away, and nobody tells of it: that is no fault of the program. */
function judgeFollowing(told: readonly Judgement[]): Verdict | null {
  const following = told.find((one) => one.kind === 'follows');
  if (following?.kind !== 'follows') return null;
  return following.ofConnection
    ? { ...unknown(), evidence: [{ rule: 'connection-lost', quote: shorten(following.quote) }] }
    : bug('own-error', following.quote);
}

/** The verdict of a cause; a text that only tells of a SIGKILL is refuted by a counter that stood still. */
function causeOf(judgement: Judgement, facts: Facts): Verdict | null {
  if (judgement.kind !== 'cause') return null;
  if (!judgement.toldKill || facts.oomKills !== 0 || !isMemory(judgement.verdict)) return judgement.verdict;
  const quote = judgement.verdict.evidence[0]?.quote ?? '';
  return {
    kind: 'lost',
    certainty: 'probable',
    region: null,
    evidence: [{ rule: 'child-died-not-of-memory', quote: `${quote}; oom_kill +0` }],
  };
}

function isCleanExit({ code, signal }: Facts): boolean {
  return code === 0 && signal === null;
}

function isMemory({ kind }: Verdict): boolean {
  return kind === 'out-of-memory';
}

function first(rules: readonly FieldRule[], facts: Facts): Verdict | null {
  for (const rule of rules) {
    const quote = rule.match(facts);
    if (quote !== null)
      return verdictOf(rule, quote, { facts, saying: { text: quote, className: null, message: quote }, context: '' });
  }
  return null;
}

function bug(rule: string, quote: string): Verdict {
  return { kind: 'bug', certainty: 'probable', region: null, evidence: [{ rule, quote: shorten(quote) }] };
}

function unknown(): Verdict {
  return { kind: 'unknown', certainty: 'ambiguous', region: null, evidence: [] };
}
