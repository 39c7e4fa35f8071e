/** What ended a job. Only `out-of-memory` ever makes the next attempt larger. */
export type VerdictKind =
  | 'out-of-memory'
  | 'preempted'
  | 'capacity'
  | 'throttled'
  | 'disk-full'
  | 'invalid-input'
  | 'bug'
  | 'cancelled'
  | 'timeout'
  | 'lost'
  | 'unknown';

/** How sure the classifier is. */
export type Certainty = 'definite' | 'probable' | 'ambiguous';

/** Which memory ran out: the remedy depends on it. */
export const REGIONS = [
  'jvm-heap',
  'container',
  'driver-heap',
  'driver-result-limit',
  'broadcast',
  'python-worker',
  'object-store',
  'gpu',
  'metaspace',
  'direct-buffer',
  'threads',
  'array-limit',
  'host',
  'node-heap',
] as const;
export type Region = (typeof REGIONS)[number];

/** The rule that decided and the text or fact that it saw. */
export interface Finding {
  readonly rule: string;
  readonly quote: string;
}

/** The classifier's answer. Other tools read this shape. */
export interface Verdict {
  readonly kind: VerdictKind;
  readonly certainty: Certainty;
  readonly region: Region | null;
  readonly evidence: readonly Finding[];
}
