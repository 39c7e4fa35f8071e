import { z } from 'zod';
import { Metrics } from '../metrics.js';
import { ArtifactRef } from '../refs.js';
import { StageSummary } from '../stage-record.js';
import { etl } from '../stages/etl.js';
import { evaluate } from '../stages/evaluate.js';
import { generate, NoiseFloor } from '../stages/generate.js';
import { trainForest } from '../stages/train-forest.js';
import { Sample } from '../stages/tune.js';
import { GateVerdict } from './run.js';
import { SalaryInput } from './salary.js';

/** The stages of the forest pipeline, in the order of their work. */
export const forestStages = { generate, etl, 'train-forest': trainForest, evaluate } as const;

/** Input of the workflow `forest`: the data of the salary pipeline, and how large the forest is. */
export const ForestInput = SalaryInput.pick({
  rows: true,
  dataset: true,
  raw: true,
  dataDate: true,
  seed: true,
  futureDates: true,
  maxRejectedShare: true,
  holdout: true,
  unseen: true,
  gateMargin: true,
}).extend({
  trees: z.int().min(1).max(10_000).default(500).describe('trees of the forest'),
  leaves: z.int().min(2).max(65_536).default(255).describe('leaves of each tree, at most'),
});
/** What a caller may leave out. */
export type ForestInput = Readonly<z.input<typeof ForestInput>>;
/** Every default filled in. */
export type ForestParams = Readonly<z.output<typeof ForestInput>>;

/** Result of the workflow `forest`. `sampled` names the rows that the forest was fitted on when memory did not suffice for all. */
export const ForestResult = z.strictObject({
  kind: z.enum(['accepted', 'rejected']),
  dataDate: z.string(),
  metrics: Metrics,
  baseline: Metrics,
  gate: GateVerdict,
  noiseFloor: NoiseFloor.nullable(),
  trees: z.int().positive(),
  trainRows: z.int().nonnegative(),
  sampled: Sample.nullable(),
  candidate: ArtifactRef,
  stages: z.array(StageSummary),
});
export type ForestResult = Readonly<z.infer<typeof ForestResult>>;
