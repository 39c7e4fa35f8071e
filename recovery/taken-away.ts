import type { Facts } from './facts.js';
import { unfold } from './log/lead-ins.js';
import { SayingMatcher } from './match-saying.js';
import { TEXT_RULES } from './rules/text-rules.js';

const TAKING = TEXT_RULES.filter(({ takesAway }) => takesAway === true);

/**
 * The facts of a job that its platform calls unasked, unless its own log tells of a machine or a container that was taken away: a node that
 * goes may take its processes with it by SIGKILL, and engines then tell of the signal only.
 */
export function withoutTakenAway(facts: Facts): Facts {
  if (!facts.isUnasked) return facts;
  const told = [...facts.records, ...facts.reasonRecords, ...facts.messageRecords].flatMap(({ sayings }) => sayings);
  const isTaken = told.flatMap(unfold).some((saying) => {
    const matcher = new SayingMatcher(saying, false);
    return TAKING.some((rule) => matcher.matches(rule));
  });
  return isTaken ? { ...facts, isUnasked: false } : facts;
}
