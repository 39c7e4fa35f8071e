import { z } from 'zod';
import { AttemptRecord } from './attempt-record.js';
import { StageCost } from './cost.js';
import { Salvaged } from './job.js';
import { JsonObject } from './json.js';
import { Provenance } from './manifest.js';

/** File name of a stage's published record. Its presence is the publication. */
export const STAGE_RECORD_FILE = '_stage.json';

/**
 * What a stage key is made of. A cache miss is explained by comparing these with the last published record of the stage.
 * `inputs` holds content hashes, `params` the parsed parameters.
 */
export const KeyParts = z.strictObject({
  stage: z.string(),
  code: z.string(),
  inputs: z.record(z.string(), z.string().nullable()),
  params: JsonObject,
});
export type KeyParts = Readonly<z.infer<typeof KeyParts>>;

/** What one stage of a run did, in numbers; shown by the CLI, the UI and the result of the run. */
export const StageSummary = z.strictObject({
  stage: z.string(),
  stageKey: z.string(),
  cache: z.enum(['hit', 'miss']),
  because: z.string(),
  attempts: z.int().nonnegative(),
  seconds: z.number().nonnegative(),
  rowsIn: z.int().nonnegative(),
  rowsOut: z.int().nonnegative(),
  rowsRejected: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  peakBytes: z.int().nonnegative(),
  memoryBytes: z.int().nonnegative(),
  salvaged: Salvaged.nullable(),
  /** Why the first attempt had its size; absent in records of earlier releases. */
  firstSize: z.string().optional(),
  /** One sentence for each attempt after the first: what the one before died of and what was changed. */
  decisions: z.array(z.string()).default([]),
  /** What its attempts took and cost; absent for a stage that was served from the cache, and in records of earlier releases. */
  cost: StageCost.optional(),
});
export type StageSummary = Readonly<z.infer<typeof StageSummary>>;

/** What `_stage.json` holds: the output that later runs reuse, and how it came about. */
export const StageRecord = z.strictObject({
  version: z.literal(1),
  stageKey: z.string(),
  keyParts: KeyParts,
  output: JsonObject,
  summary: StageSummary,
  provenance: Provenance,
  /** Every attempt of the run that published it, the failed ones first. */
  attempts: z.array(AttemptRecord).default([]),
});
export type StageRecord = Readonly<z.infer<typeof StageRecord>>;
