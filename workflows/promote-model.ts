import { isCancellation, proxyActivities, proxyLocalActivities, workflowInfo } from '@temporalio/workflow';
import type { JobsActivities, LocalActivities } from '../activities/index.js';
import type { MirrorOutcome } from '../contracts/mirrored-model.js';
import type { ModelRef } from '../contracts/refs.js';
import { failureOf } from './failure-of.js';
import { LOCAL, MIRROR } from './policies.js';

const { promote } = proxyLocalActivities<LocalActivities>(LOCAL);
const { mirrorChampion } = proxyActivities<JobsActivities>(MIRROR);

/**
 * Makes a stored model the champion and, where the profile names one, has the mirror of our registry show it. A mirror that cannot be
 * written does not undo the promotion, nor end the run: the next promotion, or the same run once more, catches up.
 * @returns what became of it in the mirror; null without one
 */
export async function promoteModel(model: ModelRef, comparedWith: ModelRef | null): Promise<MirrorOutcome | null> {
  const { workflowId, runId } = workflowInfo();
  const promotion = await promote({ model, comparedWith, run: { workflowId, runId } });
  if (promotion?.isMirrored !== true) return null;
  try {
    return { kind: 'mirrored', ...(await mirrorChampion(model.name)) };
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { kind: 'failed', reason: failureOf(error)?.message ?? String(error) };
  }
}
