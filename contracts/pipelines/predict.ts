import { z } from 'zod';
import { ArtifactRef, DatasetRef, ModelRef } from '../refs.js';
import { StageSummary } from '../stage-record.js';
import { predict } from '../stages/predict.js';

/** The stages of the predict pipeline. */
export const predictStages = { predict } as const;

/** Input of the workflow `predict`: batch inference with a stored model. An empty form predicts the newest unseen rows with the champion. */
export const PredictInput = z.strictObject({
  model: z.string().min(1).default('salary').describe('name of a stored model'),
  version: z.string().min(1).default('champion').describe('an alias or the SHA-256 of a stored model'),
  dataset: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('URI of the dataset; by default the unseen rows of the newest ETL output'),
  csv: z.boolean().default(false).describe("also write the report's CSV (Name, Prediction)"),
});
export type PredictInput = Readonly<z.input<typeof PredictInput>>;
export type PredictParams = Readonly<z.output<typeof PredictInput>>;

/** Result of the workflow `predict`. */
export const PredictResult = z.strictObject({
  kind: z.literal('predicted'),
  model: ModelRef,
  dataset: DatasetRef,
  predictions: DatasetRef,
  csv: ArtifactRef.nullable(),
  stages: z.array(StageSummary),
});
export type PredictResult = Readonly<z.infer<typeof PredictResult>>;
