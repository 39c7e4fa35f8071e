import type { Attempt, FailedAttempt } from '../contracts/attempt.js';
import { JOB_FILES, type Salvaged } from '../contracts/job.js';
import type { SizeRecord } from '../contracts/size-record.js';
import type { KeyParts } from '../contracts/stage-record.js';
import { layout } from '../storage/layout.js';
import { writeSizeRecord } from '../storage/size-records.js';
import type { ActivityContext } from './context.js';
import { loadStage } from './find-stage.js';
import { inputSizeOf, type SplitCall } from './split-call.js';

/** A stage of a run, as the workflow knows it. */
export interface SizedStage {
  readonly pipeline: string;
  readonly stage: string;
  readonly keyParts: KeyParts;
  readonly split: SplitCall;
  readonly platform: string;
}

/** How the run of a stage ended: with an attempt that worked, or with none. */
export interface SizedEnd {
  readonly jobKey: string;
  /** Attempts that did not succeed, oldest first. */
  readonly failed: readonly FailedAttempt[];
  readonly last: Attempt;
  readonly worked: { readonly peakBytes: number; readonly seconds: number; readonly salvaged: Salvaged | null } | null;
}

/** Keeps what a run of a stage needed, for the first size of the next one. Doing it twice is the same as once. */
export async function recordSize(context: ActivityContext, sized: SizedStage, end: SizedEnd): Promise<void> {
  const { storage } = context;
  const { stage, keyParts, split, platform } = sized;
  const { jobKey, failed, last, worked } = end;
  const definition = loadStage(context, sized);
  const { rows, bytes } = inputSizeOf(split);
  const tooSmall = failed
    .filter(({ verdict }) => verdict.kind === 'out-of-memory')
    .map(({ attempt, verdict }) => ({
      memoryBytes: attempt.resources.memoryBytes,
      settings: attempt.settings,
      region: verdict.region,
    }));
  const record: SizeRecord = {
    version: 1,
    stage,
    engine: definition.job.engine,
    platform,
    jobKey,
    at: await submittedAt(context, jobKey),
    rows,
    bytes,
    cpus: last.resources.cpus,
    peakBytes: worked && worked.peakBytes > 0 ? worked.peakBytes : null,
    shareDone: shareDone(worked?.salvaged ?? null),
    memoryBytes: worked ? last.resources.memoryBytes : null,
    settings: last.settings,
    ownSettings: definition.settingsFor(rows),
    firstMemoryBytes: (failed[0]?.attempt ?? last).resources.memoryBytes,
    attempts: failed.length + (worked ? 1 : 0),
    tooSmall,
    seconds: worked?.seconds ?? failed.at(-1)?.seconds ?? 0,
    codeHash: keyParts.code,
  };
  await writeSizeRecord(storage, record);
}

/** The age of the job file: the same however often the record is written, unlike the clock. */
async function submittedAt({ storage }: ActivityContext, jobKey: string): Promise<string> {
  const file = await storage.stat(`${layout.work(storage, jobKey)}/${JOB_FILES.spec}`);
  return new Date(file?.modifiedMs ?? Date.now()).toISOString();
}

function shareDone(salvaged: Salvaged | null): number {
  return salvaged === null || salvaged.now === 0 ? 1 : salvaged.now / (salvaged.before + salvaged.now);
}
