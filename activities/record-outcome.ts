import { type AttemptOutcome, OUTCOME_FILE } from '../contracts/attempt-outcome.js';
import { canonicalJson } from '../contracts/json.js';
import type { Storage } from '../storage/storage.js';
import { layout } from '../storage/layout.js';

/** Writes what became of an attempt. Writing it twice is the same as once. */
export async function recordOutcome(storage: Storage, jobKey: string, outcome: AttemptOutcome): Promise<void> {
  await storage.write(`${layout.work(storage, jobKey)}/${OUTCOME_FILE}`, canonicalJson(outcome));
}
