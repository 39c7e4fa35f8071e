import { z } from 'zod';
import { Metrics } from '../metrics.js';
import { MirrorOutcome } from '../mirrored-model.js';
import { ModelName } from '../model-name.js';
import { ArtifactRef, DatasetRef, ModelRef } from '../refs.js';
import { StageSummary } from '../stage-record.js';
import { etl, FutureDates } from '../stages/etl.js';
import { evaluate } from '../stages/evaluate.js';
import { DatasetKind, generate, MAX_ROWS, NoiseFloor } from '../stages/generate.js';
import { predict } from '../stages/predict.js';
import { store } from '../stages/store.js';
import { Learner, Search, tune } from '../stages/tune.js';
import { GateVerdict } from './run.js';

/** The stages of the salary pipeline, in the order of their work. */
export const salaryStages = { generate, etl, tune, evaluate, store, predict } as const;

/** Input of the workflow `salary`. Every field has a default that is safe to run, so an empty form works. */
export const SalaryInput = z.strictObject({
  rows: z.int().min(1).max(MAX_ROWS).default(1_000_000).describe('rows to generate'),
  dataset: DatasetKind.default('described').describe(
    'described: as the report describes its data; published: as its generator really makes it',
  ),
  raw: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('URI of an imported employee table, in place of generating one'),
  dataDate: z.iso
    .date()
    .nullable()
    .default(null)
    .describe('the day the data stands for; a schedule sets its own day, else the day the run started'),
  seed: z
    .int()
    .nonnegative()
    .max(2 ** 32 - 1)
    .default(42)
    .describe('seed of every random draw'),
  csv: z.boolean().default(false).describe('also write the generated data as CSV'),
  futureDates: FutureDates.default('keep').describe('what happens to rows that signed up after the data date'),
  maxRejectedShare: z.number().min(0).max(1).default(0.05).describe('largest share of bad rows before the run stops'),
  holdout: z.number().min(0.01).max(0.5).default(0.1).describe('share of rows kept for evaluation'),
  unseen: z.number().min(0).max(0.4).default(0.1).describe('share of rows kept for batch inference'),
  search: Search.default('optuna').describe('how the model is searched for'),
  learners: z.array(Learner).min(1).default(['lightgbm']).describe('model families to search over'),
  trials: z.int().min(1).max(1000).default(20).describe('candidates to try with search=optuna'),
  sampleRows: z
    .int()
    .min(10)
    .max(100_000)
    .default(10_000)
    .describe("rows of the report's sample with search=report-grid"),
  model: ModelName.default('salary').describe('name under which the model is stored'),
  gateMargin: z.number().min(0).max(1).default(0.01).describe('share of the baseline error that a candidate must win'),
  predictionsCsv: z.boolean().default(false).describe("also write the report's CSV (Name, Prediction)"),
});
/** What a caller may leave out. */
export type SalaryInput = Readonly<z.input<typeof SalaryInput>>;
/** Every default filled in. */
export type SalaryParams = Readonly<z.output<typeof SalaryInput>>;

/** Result of the workflow `salary`. A rejected candidate is an honest end of a run, not a failure. */
export const SalaryResult = z.strictObject({
  kind: z.enum(['promoted', 'champion-kept', 'rejected']),
  dataDate: z.string(),
  metrics: Metrics,
  baseline: Metrics,
  champion: Metrics.nullable(),
  gate: GateVerdict,
  noiseFloor: NoiseFloor.nullable(),
  samplePredictions: z.array(z.number()),
  candidate: ArtifactRef,
  model: ModelRef.nullable(),
  /** What became of the promotion in the mirror of the registry; absent in results of earlier releases. */
  mirror: MirrorOutcome.nullable().optional(),
  predictions: DatasetRef.nullable(),
  predictionsCsv: ArtifactRef.nullable(),
  stages: z.array(StageSummary),
});
export type SalaryResult = Readonly<z.infer<typeof SalaryResult>>;
