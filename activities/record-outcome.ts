import { canonicalJson } from '../contracts/json.js';
import type { Storage } from '../storage/storage.js';
import { layout } from '../storage/layout.js';

/** Marks an attempt as judged, beside its job file. */
export const OUTCOME_FILE = '_outcome.json';

/** Writes what became of an attempt. Writing it twice is the same as once. */
export async function recordOutcome(storage: Storage, jobKey: string, outcome: unknown): Promise<void> {
  await storage.write(`${layout.work(storage, jobKey)}/${OUTCOME_FILE}`, canonicalJson(outcome));
}
