import { TemperedError } from '../contracts/failure.js';
import type { ModelRef } from '../contracts/refs.js';
import { promote as moveChampion } from '../models/model-store.js';
import type { ActivityContext, RunIdentity } from './context.js';

/** A model to promote, and the champion that it was compared with. */
export interface PromoteRequest {
  readonly model: ModelRef;
  readonly comparedWith: ModelRef | null;
  readonly run: RunIdentity;
}

/** What follows from a promotion. */
export interface Promotion {
  /** The profile names a mirror of our registry, which is to follow. */
  readonly isMirrored: boolean;
}

/**
 * Local activity: makes a stored model the champion. Promoting the champion again changes nothing.
 * @throws TemperedError `GATE_REJECTED` when another run promoted a model meanwhile: this one was never compared with it
 */
export function promote({ storage, profile }: ActivityContext) {
  // Recorded runs of earlier releases have no result here.
  return async ({ model, comparedWith, run }: PromoteRequest): Promise<Promotion | undefined> => {
    const expected = comparedWith?.sha256 ?? null;
    const outcome = await moveChampion(storage, model, { expected, by: run.workflowId, at: new Date().toISOString() });
    if (outcome.kind !== 'conflict') return { isMirrored: profile.profile.sagemaker?.modelPackageGroup !== undefined };
    const { sha256 = 'none', by = 'somebody' } = outcome.current ?? {};
    throw new TemperedError(
      'GATE_REJECTED',
      `${by} promoted ${model.name}/${sha256} while this run was measuring its candidate`,
      {
        advice: 'start the run again: everything but the comparison comes from the cache',
      },
    );
  };
}
