import type { Evidence } from '../contracts/evidence.js';
import type { Verdict } from '../contracts/verdict.js';
import { EXIT_RULES } from './rules/exits.js';
import type { Rule } from './rules/rule.js';
import { STOPPED_RULES } from './rules/stopped.js';
import { STRUCTURED_RULES } from './rules/structured.js';

/** Most specific first: did we stop it? what does it say of itself? how did it exit? */
const RULES: readonly Rule[] = [...STOPPED_RULES, ...STRUCTURED_RULES, ...EXIT_RULES];

/**
 * Says what ended a job. Pure: the same evidence gives the same verdict.
 * Evidence that no rule knows is `unknown`, never out of memory: growing on a guess hides bugs and costs money.
 */
export function classify(evidence: Evidence): Verdict {
  for (const { id, kind, certainty, region, match } of RULES) {
    const quote = match(evidence);
    if (quote !== null) return { kind, certainty, region, evidence: [{ rule: id, quote }] };
  }
  return { kind: 'unknown', certainty: 'ambiguous', region: null, evidence: [] };
}
