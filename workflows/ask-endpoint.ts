import { CancellationScope, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { JobsActivities } from '../activities/index.js';
import { LONGEST_ENTITY_NAME } from '../contracts/entity-name.js';
import type { AirQualityAnswer } from '../contracts/pipelines/air-quality.js';
import type { ModelRef } from '../contracts/refs.js';
import { AWAIT, INVOKE, STOP, SUBMIT } from './policies.js';

const { deployEndpoint } = proxyActivities<JobsActivities>(SUBMIT);
const { awaitEndpoint } = proxyActivities<JobsActivities>(AWAIT);
const { invokeEndpoint, validateEndpoint } = proxyActivities<JobsActivities>(INVOKE);
const { deleteEndpoint } = proxyActivities<JobsActivities>(STOP);

/** A question to a model. */
export interface Question {
  readonly model: ModelRef;
  /** Of the endpoint; null for one that no other run can have. */
  readonly name: string | null;
  /** Whether the endpoint stays when it has answered. */
  readonly keep: boolean;
  readonly date: string;
  readonly features: Readonly<Record<string, number>>;
}

/** As much of a run's id as tells runs apart. */
const RUN_LENGTH = 8;

/**
 * Hosts a model, checks that the endpoint repeats the model's golden predictions, and asks it. The endpoint is deleted whatever
 * happens in between, cancellation included; one that is to be kept is only kept when it has answered.
 */
export async function askEndpoint({ model, keep, date, features, ...question }: Question): Promise<AirQualityAnswer> {
  const name = question.name ?? nameOf(model.name);
  // Not interrupted: whether there is an endpoint must be known before the run may end.
  const handle = await CancellationScope.nonCancellable(() => deployEndpoint({ name, model }));
  let isKept = false;
  try {
    const { url } = await awaitEndpoint(handle);
    const goldenRows = await validateEndpoint({ handle, model });
    const { predictions } = await invokeEndpoint({ handle, request: { instances: [features] } });
    isKept = keep;
    return {
      ...{ date, features, goldenRows },
      prediction: predictions[0] ?? Number.NaN,
      endpoint: keep ? { ...handle, url } : null,
    };
  } finally {
    if (!isKept) await CancellationScope.nonCancellable(() => deleteEndpoint(handle));
  }
}

function nameOf(model: string): string {
  const run = workflowInfo().runId.replaceAll('-', '').slice(0, RUN_LENGTH);
  return `${model.slice(0, LONGEST_ENTITY_NAME - RUN_LENGTH - 1).replace(/-+$/, '')}-${run}`;
}
