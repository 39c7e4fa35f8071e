import { formatBytes } from '../../contracts/bytes.js';
import type { PolicyName } from '../../contracts/policy.js';
import { wrongInput } from '../../settings/input-errors.js';

/** One way to answer the crash: the policy, and the sizes that the forest's job may have under it. */
export interface Contestant {
  readonly policy: PolicyName;
  readonly limitBytes: number;
  readonly capBytes: number;
}

/** Blind doubling gets what the published report's machine had beside its crash: four times as much, 8 GiB for 2 GiB. */
const DOUBLING_ROOM = 4;

/**
 * The three that are compared. Neither the ladder nor blind retry may grow: what helps has to be something else than memory.
 * @param budgetBytes memory that jobs of this machine may use together
 * @throws {TemperedError} `WRONG_INPUT` when the limit is more than that
 */
export function contestants(limitBytes: number, budgetBytes: number): readonly Contestant[] {
  if (limitBytes > budgetBytes) {
    const allowed = `at most what jobs may use of this machine, ${formatBytes(budgetBytes)}`;
    throw wrongInput('demo-oom', [{ field: '--memory', found: formatBytes(limitBytes), allowed }]);
  }
  return [
    { policy: 'ladder', limitBytes, capBytes: limitBytes },
    { policy: 'blind-retry', limitBytes, capBytes: limitBytes },
    { policy: 'blind-doubling', limitBytes, capBytes: Math.min(limitBytes * DOUBLING_ROOM, budgetBytes) },
  ];
}
