import type { FailedAttempt } from '../contracts/attempt.js';
import type { Evidence } from '../contracts/evidence.js';
import type { Resources } from '../contracts/resources.js';
import { costText } from '../costs/cost-text.js';
import { classify } from '../recovery/classify.js';
import type { Decision } from '../recovery/decision.js';
import { POLICIES } from '../recovery/policies.js';
import { findRequestedBytes } from '../recovery/requested-bytes.js';
import type { ActivityContext } from './context.js';
import { loadStage } from './find-stage.js';
import { priceAttempts } from './price-attempts.js';
import { recordOutcome } from './record-outcome.js';
import { recordSize, type SizedStage } from './record-size.js';

/** A failed attempt to judge, with those before it. */
export interface DecideRequest extends SizedStage {
  readonly jobKey: string;
  readonly before: readonly FailedAttempt[];
  readonly failed: Omit<FailedAttempt, 'verdict' | 'requestedBytes'>;
  readonly evidence: Evidence;
  readonly cap: Resources;
}

/** What was decided, with the verdict that led to it. */
export interface Decided {
  readonly failed: FailedAttempt;
  readonly decision: Decision;
  /** What all attempts took and cost, once none follows. */
  readonly cost: string | null;
}

/** Local activity: judges a failed attempt. Its answer stands in history, so a later release cannot change a running decision. */
export function decide(context: ActivityContext) {
  return async (request: DecideRequest): Promise<Decided> => {
    const { jobKey, before, failed, evidence, cap } = request;
    const { levers, job } = loadStage(context, request);
    const verdict = classify(evidence);
    const judged: FailedAttempt = { ...failed, verdict, requestedBytes: findRequestedBytes(evidence, verdict) };
    const [first, ...rest] = [...before, judged];
    const { plan } = POLICIES[context.profile.profile.recovery.policy];
    const { sizes, hostBytesOf } = context.offerOn(request.platform);
    const decision = plan([first, ...rest], { cap, levers, sizes, hostBytesOf });
    await recordOutcome(context.storage, jobKey, { kind: 'failed', verdict: judged.verdict, decision });
    if (decision.kind === 'give-up' && decision.code === 'OUT_OF_MEMORY') {
      await recordSize(context, request, { jobKey, failed: [...before, judged], last: judged.attempt, worked: null });
    }
    if (decision.kind !== 'give-up') return { failed: judged, decision, cost: null };
    const billed = { ...request, engine: job.engine };
    const cost = priceAttempts(context, billed, { failed: [...before, judged], worked: null });
    return { failed: judged, decision, cost: costText(cost) };
  };
}
