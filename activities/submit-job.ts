import path from 'node:path';
import { Context } from '@temporalio/activity';
import type { Attempt } from '../contracts/attempt.js';
import { JOB_FILES, type JobFile, type JobSpec } from '../contracts/job.js';
import { canonicalJson } from '../contracts/json.js';
import type { JobHandle } from '../contracts/job-handle.js';
import { loadPlatform } from '../platforms/index.js';
import { POLICIES } from '../recovery/policies.js';
import { layout } from '../storage/layout.js';
import { childUri } from '../storage/uri.js';
import type { JobsContext, RunIdentity } from './context.js';
import { loadPipeline, loadStage } from './find-stage.js';
import { jobKeyOf } from './job-key.js';
import type { SplitCall } from './split-call.js';

/** One attempt to submit. */
export interface JobRequest {
  readonly pipeline: string;
  readonly stage: string;
  readonly stageKey: string;
  readonly split: SplitCall;
  readonly platform: string;
  readonly attempt: Attempt;
  readonly run: RunIdentity;
}

/**
 * Activity: writes `job.json` and gives the job to its platform. Asking twice gives one job. Heartbeats whenever preparations that take
 * long have got on, so that only a submit in which nothing happens is given up.
 */
export function submitJob(context: JobsContext) {
  const { storage, platforms } = context;
  return async (request: JobRequest): Promise<JobHandle> => {
    const { stage, stageKey, attempt, split } = request;
    const { job, salvage } = loadStage(context, request);
    const policy = POLICIES[context.profile.profile.recovery.policy];
    const platform = loadPlatform(platforms, request.platform);
    const key = jobKeyOf({ workflowId: request.run.workflowId, stage, stageKey }, attempt.number);
    const jobDirUri = layout.work(storage, key);
    const scratch = layout.scratch(storage, stage, stageKey);
    const file: JobFile = {
      version: 1,
      jobKey: key,
      stage,
      params: split.params,
      inputs: split.inputs,
      output: `${jobDirUri}/${JOB_FILES.output}`,
      // Without salvage each attempt has a scratch folder of its own: there is nothing to be found in it.
      scratch: policy.salvages ? scratch : childUri(scratch, `attempt-${String(attempt.number)}`),
      resources: attempt.resources,
      settings: attempt.settings,
      salvage: policy.salvages ? salvage : 'nothing',
    };
    await storage.write(`${jobDirUri}/${JOB_FILES.spec}`, canonicalJson(file));
    const { root } = loadPipeline(context, request.pipeline);
    const spec: JobSpec = {
      key,
      stage,
      engine: job.engine,
      entry: root === undefined ? job.entry : path.join(root, job.entry),
      jobDirUri,
      resources: attempt.resources,
      settings: attempt.settings,
    };
    const activity = Context.current();
    return platform.submit(spec, () => {
      activity.heartbeat();
    });
  };
}
