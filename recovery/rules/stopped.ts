import type { VerdictKind } from '../../contracts/verdict.js';
import type { Facts } from '../facts.js';
import type { FieldRule } from './rule.js';

const KINDS = { cancel: 'cancelled', timeout: 'timeout', shutdown: 'lost' } as const satisfies Record<
  NonNullable<Facts['stopRequested']>,
  VerdictKind
>;

/** A job that we stopped ourselves dies with the same signals as one that ran out of memory. */
export const STOPPED_RULES: readonly FieldRule[] = (['cancel', 'timeout', 'shutdown'] as const).map((reason) => ({
  id: `stopped-${reason}`,
  kind: KINDS[reason],
  certainty: 'definite',
  region: null,
  source: 'the platform: we asked for the stop',
  match: (facts) => (facts.stopRequested === reason ? (stall(facts) ?? `stop requested: ${reason}`) : null),
}));

/** Why we asked, where the one who waited for the job says so. */
function stall({ reason }: Facts): string | null {
  return reason.startsWith('stalled: ') ? reason : null;
}
