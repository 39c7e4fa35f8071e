import { OUTCOME_FILE } from '../contracts/attempt-outcome.js';
import type { Attempt } from '../contracts/attempt.js';
import { formatBytes } from '../contracts/bytes.js';
import { TemperedError } from '../contracts/failure.js';
import type { JsonObject } from '../contracts/json.js';
import { contentHash } from '../contracts/refs.js';
import type { Resources } from '../contracts/resources.js';
import type { StageDefinition } from '../contracts/stage.js';
import type { KeyParts, StageSummary } from '../contracts/stage-record.js';
import { POLICIES } from '../recovery/policies.js';
import { chooseFirstSize, type FirstSize } from '../recovery/first-size.js';
import { layout } from '../storage/layout.js';
import { newestSizeRecords } from '../storage/size-records.js';
import { findStageRecord, latestStageRecord } from '../storage/stage-records.js';
import { checkInputs } from './check-inputs.js';
import type { ActivityContext, RunIdentity } from './context.js';
import { estimateCost } from './estimate-cost.js';
import { loadPipeline, loadStage } from './find-stage.js';
import { type JobFamily, jobKeyOf } from './job-key.js';
import { inputSizeOf, type SplitCall, splitCall } from './split-call.js';
import { explainMiss, hashJobCode, stageKeyOf } from './stage-key.js';

/** A call of a stage as the workflow makes it. */
export interface StageRequest {
  readonly pipeline: string;
  readonly stage: string;
  readonly call: Readonly<Record<string, unknown>>;
  readonly run: RunIdentity;
}

/** What is to be done for a call: reuse a published result, or run a job of this first size. */
export type StagePlan =
  | { readonly kind: 'cached'; readonly output: JsonObject; readonly summary: StageSummary }
  | {
      readonly kind: 'run';
      readonly stageKey: string;
      readonly keyParts: KeyParts;
      readonly split: SplitCall;
      readonly platform: string;
      readonly first: Attempt;
      readonly cap: Resources;
      readonly because: string;
      /** What the run of the stage will probably take and cost, for people; null when nothing like it has run. */
      readonly estimate: string | null;
    };

/** Local activity: computes the stage key, looks for a published result and chooses the first size. */
export function planStage(context: ActivityContext) {
  return async (request: StageRequest): Promise<StagePlan> => {
    const definition = loadStage(context, request);
    const split = splitCall(definition, request.call);
    const { root } = loadPipeline(context, request.pipeline);
    const code = await hashJobCode(context.projectRoot, definition.job.entry, root);
    const keyParts = keyPartsOf(code, definition, split);
    const stageKey = stageKeyOf(keyParts);

    const found = await findStageRecord(context.storage, definition.name, stageKey);
    if (found.kind === 'hit') {
      const { output, summary, provenance } = found.record;
      const because = `unchanged since ${provenance.publishedAt} (run ${provenance.workflowId})`;
      const { cost: _cost, ...told } = summary; // paid by the run that made it
      return { kind: 'cached', output, summary: { ...told, cache: 'hit', attempts: 0, seconds: 0, because } };
    }
    const before = await latestStageRecord(context.storage, definition.name);
    const because =
      found.kind === 'damaged'
        ? `its earlier result is damaged: ${found.why}`
        : explainMiss(keyParts, before?.keyParts ?? null);
    await checkInputs(context.storage, definition, split);
    const size = await chooseSize(context, definition, split);
    await checkDisk(context, definition.name, size.first.diskBytes);
    const platform = platformOf(context, definition);
    const number = await nextAttemptNumber(context, {
      workflowId: request.run.workflowId,
      stage: definition.name,
      stageKey,
    });
    return {
      kind: 'run',
      stageKey,
      keyParts,
      split,
      platform,
      first: {
        number,
        resources: size.first,
        settings: size.settings,
        levers: [],
        because: size.because,
      },
      cap: size.cap,
      because,
      estimate: await estimateCost(context, {
        stage: definition.name,
        engine: definition.job.engine,
        platform,
        rows: inputSizeOf(split).rows,
        resources: size.first,
      }),
    };
  };
}

function keyPartsOf(code: string, definition: StageDefinition, split: SplitCall): KeyParts {
  const inputs = Object.entries(split.inputs).map(([name, ref]) => [name, ref && contentHash(ref)] as const);
  return {
    stage: definition.name,
    code,
    inputs: Object.fromEntries(inputs),
    params: split.params,
  };
}

function platformOf({ profile: { profile } }: ActivityContext, { name }: StageDefinition): string {
  return profile.stages[name]?.platform ?? profile.platform;
}

async function chooseSize(context: ActivityContext, definition: StageDefinition, split: SplitCall): Promise<FirstSize> {
  const { learns } = POLICIES[context.profile.profile.recovery.policy];
  const platform = platformOf(context, definition);
  return chooseFirstSize({
    definition,
    override: context.profile.profile.stages[definition.name] ?? {},
    platform,
    offer: context.offerOn(platform),
    input: inputSizeOf(split),
    records: learns ? await newestSizeRecords(context.storage, definition.name) : [],
  });
}

async function checkDisk(context: ActivityContext, stage: string, neededBytes: number): Promise<void> {
  const freeBytes = await context.storage.freeBytes();
  if (freeBytes === null || freeBytes >= neededBytes) return;
  throw new TemperedError(
    'STORAGE_FULL',
    `${stage} needs about ${formatBytes(neededBytes)} of disk, ${context.storage.root} has ${formatBytes(freeBytes)} free`,
    { advice: 'free disk space, choose another storage.root in tempered.json, or start with fewer rows' },
  );
}

/** One more than the attempts that an earlier run with this workflow id finished: a reset neither repeats nor inherits their outcome. */
async function nextAttemptNumber({ storage }: ActivityContext, family: JobFamily): Promise<number> {
  for (let number = 1; ; number += 1) {
    if (!(await storage.stat(`${layout.work(storage, jobKeyOf(family, number))}/${OUTCOME_FILE}`))) return number;
  }
}
