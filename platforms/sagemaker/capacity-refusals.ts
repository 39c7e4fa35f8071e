import { AttemptOutcome, OUTCOME_FILE } from '../../contracts/attempt-outcome.js';
import { findJson } from '../../storage/find-json.js';
import { layout } from '../../storage/layout.js';
import type { Storage } from '../../storage/storage.js';

/**
 * How many attempts in a row, right before this one, failed because there was no machine. They stand judged in the storage, so that
 * whoever submits the attempt comes to the same answer.
 * @param jobKey ends in `-a<number of the attempt>`
 */
export async function capacityRefusals(storage: Storage, jobKey: string): Promise<number> {
  const [, family, last] = /^(.*-a)(\d+)$/.exec(jobKey) ?? [];
  if (family === undefined) return 0;
  let refusals = 0;
  for (let number = Number(last) - 1; number >= 1; number -= 1) {
    const uri = `${layout.work(storage, `${family}${String(number)}`)}/${OUTCOME_FILE}`;
    const outcome = await findJson(storage, uri, AttemptOutcome);
    if (outcome?.kind !== 'failed' || outcome.verdict.kind !== 'capacity') break;
    refusals += 1;
  }
  return refusals;
}
