import type { Evidence } from '../../contracts/evidence.js';
import type { Certainty, Region, VerdictKind } from '../../contracts/verdict.js';

/** One row of the classifier's table. The first row that matches decides. */
export interface Rule {
  readonly id: string;
  readonly kind: VerdictKind;
  readonly certainty: Certainty;
  readonly region: Region | null;
  /** Where the signature is documented or was observed. */
  readonly source: string;
  /** The text or fact that matches, for people to read; null when the rule does not apply. */
  readonly match: (evidence: Evidence) => string | null;
}
