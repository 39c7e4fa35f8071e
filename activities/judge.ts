import { canonicalJson } from '../contracts/json.js';
import type { Evaluation } from '../contracts/metrics.js';
import type { GateVerdict } from '../contracts/pipelines/run.js';
import type { DatasetRef } from '../contracts/refs.js';
import { checkMetrics } from '../models/check-metrics.js';
import { decideGate } from '../models/gate.js';
import { sha256Of } from '../storage/content-hash.js';
import { layout } from '../storage/layout.js';
import type { Storage } from '../storage/storage.js';
import type { JobsContext } from './context.js';

/** An evaluation to judge, with the predictions that prove it. */
export interface JudgeRequest {
  readonly evaluation: Evaluation;
  readonly predictions: DatasetRef;
  readonly margin: number;
}

/**
 * Activity: computes the metrics once more from the predictions, apart from the job's own code, and lets the gate decide.
 * Two answers that differ fail the run with `CONTRACT_BROKEN`: a number nobody can repeat is no ground for a promotion.
 */
export function judge({ storage }: JobsContext) {
  return async ({ evaluation, predictions, margin }: JudgeRequest): Promise<GateVerdict> => {
    await confirmOnce(storage, evaluation, predictions);
    return decideGate(evaluation, margin);
  };
}

/** Millions of predictions take a second to read; the same numbers about the same content are confirmed once. */
async function confirmOnce(storage: Storage, evaluation: Evaluation, predictions: DatasetRef): Promise<void> {
  const subject = canonicalJson({ evaluation, predictions: predictions.manifestSha256 });
  const uri = layout.confirmed(storage, sha256Of(subject));
  if (await storage.stat(uri)) return;
  await checkMetrics(storage, predictions, evaluation);
  await storage.write(uri, subject);
}
