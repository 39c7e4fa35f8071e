import type { FailedAttempt } from '../contracts/attempt.js';
import type { Evidence } from '../contracts/evidence.js';
import type { Resources } from '../contracts/resources.js';
import { classify } from '../recovery/classify.js';
import { type Decision, planNextAttempt } from '../recovery/plan.js';
import type { ActivityContext } from './context.js';
import { recordOutcome } from './record-outcome.js';
import { recordSize, type SizedStage } from './record-size.js';

/** A failed attempt to judge, with those before it. */
export interface DecideRequest extends SizedStage {
  readonly jobKey: string;
  readonly before: readonly FailedAttempt[];
  readonly failed: Omit<FailedAttempt, 'verdict'>;
  readonly evidence: Evidence;
  readonly cap: Resources;
}

/** What was decided, with the verdict that led to it. */
export interface Decided {
  readonly failed: FailedAttempt;
  readonly decision: Decision;
}

/** Local activity: judges a failed attempt. Its answer stands in history, so a later release cannot change a running decision. */
export function decide(context: ActivityContext) {
  return async (request: DecideRequest): Promise<Decided> => {
    const { jobKey, before, failed, evidence, cap } = request;
    const judged: FailedAttempt = { ...failed, verdict: classify(evidence) };
    const [first, ...rest] = [...before, judged];
    const decision = planNextAttempt([first, ...rest], cap);
    await recordOutcome(context.storage, jobKey, { kind: 'failed', verdict: judged.verdict, decision });
    if (decision.kind === 'give-up' && decision.code === 'OUT_OF_MEMORY') {
      await recordSize(context, request, { jobKey, failed: [...before, judged], last: judged.attempt, worked: null });
    }
    return { failed: judged, decision };
  };
}
