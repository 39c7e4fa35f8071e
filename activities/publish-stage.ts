import type { Attempt, FailedAttempt } from '../contracts/attempt.js';
import { AttemptRecord } from '../contracts/attempt-record.js';
import type { StageCost } from '../contracts/cost.js';
import { TemperedError } from '../contracts/failure.js';
import { JOB_FILES, type JobResult } from '../contracts/job.js';
import { JsonObject } from '../contracts/json.js';
import { contentHash } from '../contracts/refs.js';
import type { StageSummary } from '../contracts/stage-record.js';
import type { Usage } from '../contracts/usage.js';
import { layout } from '../storage/layout.js';
import { publishStage as publishJob } from '../storage/publish-outputs.js';
import type { ActivityContext, RunIdentity } from './context.js';
import { loadStage } from './find-stage.js';
import { priceAttempts } from './price-attempts.js';
import { recordOutcome } from './record-outcome.js';
import { recordSize, type SizedStage } from './record-size.js';

/** A job that succeeded, to be made readable for all. */
export interface PublishRequest extends SizedStage {
  readonly stageKey: string;
  readonly jobKey: string;
  readonly run: RunIdentity;
  readonly result: JobResult;
  readonly because: string;
  /** The attempts that failed before, and the one that succeeded. */
  readonly failed: readonly FailedAttempt[];
  readonly attempt: Attempt;
  readonly seconds: number;
  readonly peakBytes: number;
  /** Of the attempt that succeeded, as its platform bills it. */
  readonly usage?: Usage;
}

/** What a stage gave, as the next stage sees it. */
export interface Published {
  readonly output: JsonObject;
  readonly summary: StageSummary;
}

/** Local activity: verifies a job's result against its contract and moves it into place in one step. Doing it twice is the same as once. */
export function publishStage(context: ActivityContext) {
  const { storage } = context;
  return async (request: PublishRequest): Promise<Published> => {
    const { stage, stageKey, jobKey, result, split, run } = request;
    const definition = loadStage(context, request);
    const record = await publishJob(storage, {
      outputUri: `${layout.work(storage, jobKey)}/${JOB_FILES.output}`,
      result,
      stage,
      stageKey,
      keyParts: request.keyParts,
      summary: { ...summaryOf(request), cost: costOf(context, request) },
      attempts: attemptsOf(request),
      provenance: {
        stage,
        stageKey,
        workflowId: run.workflowId,
        runId: run.runId,
        jobKey,
        inputs: Object.fromEntries(
          Object.entries(split.inputs).flatMap(([name, ref]) => (ref ? [[name, contentHash(ref)] as const] : [])),
        ),
        publishedAt: new Date().toISOString(),
      },
      toOutput: (found) => {
        const parsed = definition.output.safeParse(found);
        if (parsed.success) return JsonObject.parse(parsed.data);
        const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
        throw new TemperedError(
          'CONTRACT_BROKEN',
          `${stage} gave another output than it promised: ${problems.join('; ')}`,
        );
      },
    });
    await recordOutcome(storage, jobKey, { kind: 'published', stageKey });
    await storage.remove(layout.scratch(storage, stage, stageKey));
    const { failed, attempt: last, seconds } = request;
    await recordSize(context, request, {
      jobKey,
      failed,
      last,
      worked: { peakBytes: peakOf(request), seconds, salvaged: request.result.salvaged },
    });
    return { output: record.output, summary: record.summary };
  };
}

function attemptsOf({ failed, attempt, seconds, peakBytes }: PublishRequest): readonly AttemptRecord[] {
  return [...failed, { attempt, seconds, peakBytes, verdict: null }].map((one) =>
    // Parsed, because a run that an earlier release began has attempts in that release's words.
    AttemptRecord.parse({
      ...one,
      number: one.attempt.number,
      memoryBytes: one.attempt.resources.memoryBytes,
      cpus: one.attempt.resources.cpus,
      levers: one.attempt.levers,
    }),
  );
}

function summaryOf(request: PublishRequest): StageSummary {
  const { result } = request;
  const attempts = [...request.failed.map(({ attempt }) => attempt), request.attempt];
  const [first, ...later] = attempts.map(({ because }) => because);
  const files = Object.values(result.outputs).flatMap((output) => output.files);
  return {
    stage: request.stage,
    stageKey: request.stageKey,
    cache: 'miss',
    because: request.because,
    attempts: attempts.length,
    seconds: request.seconds,
    rowsIn: result.rowsIn,
    rowsOut: result.rowsOut,
    rowsRejected: result.rowsRejected,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    peakBytes: peakOf(request),
    memoryBytes: request.attempt.resources.memoryBytes,
    salvaged: result.salvaged,
    ...(first !== undefined && { firstSize: first }),
    decisions: later,
  };
}

function costOf(context: ActivityContext, request: PublishRequest): StageCost {
  const { failed, attempt, seconds, usage } = request;
  const billed = { ...request, engine: loadStage(context, request).job.engine };
  return priceAttempts(context, billed, { failed, worked: { attempt, seconds, ...(usage && { usage }) } });
}

/** The platform's figure leaves out what the kernel can drop at will; the job's own, a sum over processes, counts shared pages twice. */
function peakOf({ peakBytes, result }: PublishRequest): number {
  return peakBytes > 0 ? peakBytes : result.peakBytes;
}
