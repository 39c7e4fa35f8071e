import {
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { JobsActivities, LocalActivities } from '../activities/index.js';
import type { RunIdentity } from '../activities/context.js';
import type { StagePlan } from '../activities/plan-stage.js';
import type { Attempt, FailedAttempt } from '../contracts/attempt.js';
import { formatBytes } from '../contracts/bytes.js';
import type { JsonObject } from '../contracts/json.js';
import { lastLines } from '../contracts/last-lines.js';
import type { JobOutcome } from '../contracts/outcome.js';
import type { JobHandle } from '../contracts/job-handle.js';
import { AWAIT, LOCAL, STOP, SUBMIT } from './policies.js';
import type { ProgressBoard } from './run-progress.js';

const { planStage, decide, publishStage } = proxyLocalActivities<LocalActivities>(LOCAL);
const { submitJob } = proxyActivities<JobsActivities>(SUBMIT);
const { awaitJob } = proxyActivities<JobsActivities>(AWAIT);
const { stopJob } = proxyActivities<JobsActivities>(STOP);

/** A stage call of a run: the names find the definition, the call holds inputs and parameters. */
export interface StageTask {
  readonly pipeline: string;
  readonly stage: string;
  readonly call: Readonly<Record<string, unknown>>;
}

/** A stage that really has to run. */
interface StageRun {
  readonly task: StageTask;
  readonly run: RunIdentity;
  readonly plan: Extract<StagePlan, { kind: 'run' }>;
  readonly board: ProgressBoard;
}

/**
 * The durable loop under every stage: plan, submit, await, decide, publish. A failed job is a value; it is judged, and either another
 * attempt follows or the run fails with the reason and what would help. Everything done so far survives every process.
 */
export async function runStage(task: StageTask, board: ProgressBoard): Promise<JsonObject> {
  const { pipeline, stage, call } = task;
  const run = { workflowId: workflowInfo().workflowId, runId: workflowInfo().runId };
  board.update(stage, { state: 'planning' });
  const plan = await planStage({ pipeline, stage, call, run });
  if (plan.kind === 'cached') {
    board.update(stage, { state: 'done', summary: plan.summary });
    return plan.output;
  }
  const failed: FailedAttempt[] = [];
  let attempt = plan.first;
  for (;;) {
    const { handle, outcome } = await runAttempt({ task, run, plan, board }, attempt);
    if (outcome.kind === 'succeeded') {
      const { output, summary } = await publishStage({
        pipeline,
        stage,
        stageKey: plan.stageKey,
        keyParts: plan.keyParts,
        split: plan.split,
        jobKey: handle.key,
        run,
        result: outcome.result,
        because: plan.because,
        failed,
        attempt,
        platform: plan.platform,
        seconds: outcome.seconds,
        peakBytes: outcome.peakBytes,
        ...(outcome.usage && { usage: outcome.usage }),
      });
      board.update(stage, { state: 'done', summary });
      return output;
    }
    const { evidence, seconds, peakBytes, usage } = outcome;
    const {
      failed: judged,
      decision,
      cost,
    } = await decide({
      pipeline,
      stage,
      keyParts: plan.keyParts,
      split: plan.split,
      platform: plan.platform,
      jobKey: handle.key,
      before: failed,
      failed: { attempt, peakBytes, seconds, ...(usage && { usage }) },
      evidence,
      cap: plan.cap,
    });
    failed.push(judged);
    if (decision.kind === 'give-up') {
      board.update(stage, { state: 'failed', message: decision.because });
      const decisions = failed.slice(1).map(({ attempt: tried }) => tried.because);
      throw ApplicationFailure.create({
        message: `${stage} failed after ${String(failed.length)} attempt(s): ${decision.because}`,
        type: decision.code,
        nonRetryable: true,
        details: [
          {
            advice: decision.advice,
            stage,
            verdict: judged.verdict,
            jobKey: handle.key,
            decisions,
            cost,
            log: lastLines(evidence.logTail),
          },
        ],
      });
    }
    attempt = decision.attempt;
    if (decision.afterSeconds > 0) {
      board.update(stage, { state: 'waiting', message: attempt.because });
      await sleep(decision.afterSeconds * 1_000);
    }
  }
}

/** Runs one job to its end. When the run is cancelled the job is stopped before the cancellation goes on. */
async function runAttempt(
  { task: { pipeline, stage }, run, plan, board }: StageRun,
  attempt: Attempt,
): Promise<{ readonly handle: JobHandle; readonly outcome: JobOutcome }> {
  // Only the first size was estimated; a plan of an earlier release has no estimate.
  const estimate = attempt === plan.first ? plan.estimate : null;
  board.update(stage, {
    state: 'running',
    attempt: attempt.number,
    memoryBytes: attempt.resources.memoryBytes,
    percent: null,
    message: [attempt.because, ...(estimate ? [estimate] : [])].join('; '),
  });
  const summary = `${stage} attempt ${String(attempt.number)}, ${formatBytes(attempt.resources.memoryBytes)}`;
  const { stageKey, split, platform } = plan;
  const handle = await CancellationScope.nonCancellable(() =>
    submitJob.executeWithOptions({ summary }, [{ pipeline, stage, stageKey, split, platform, attempt, run }]),
  );
  try {
    const outcome = await awaitJob.executeWithOptions({ summary }, [{ handle, pipeline, stage, run }]);
    return { handle, outcome };
  } catch (error) {
    // The waiting activity stops the job itself, but not when its worker died between the cancellation and the stop.
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => stopJob(handle));
    throw error;
  }
}
