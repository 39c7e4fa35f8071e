import { z } from 'zod';
import { ALLOWED_ENTITY_NAME, ENTITY_NAME } from '../entity-name.js';
import { Metrics } from '../metrics.js';
import { MirrorOutcome } from '../mirrored-model.js';
import { ModelName } from '../model-name.js';
import { ArtifactRef, DatasetRef, ModelRef } from '../refs.js';
import { StageSummary } from '../stage-record.js';
import { evaluate } from '../stages/evaluate.js';
import { features } from '../stages/features.js';
import { BoundingBox, ingest, Pollutant } from '../stages/ingest.js';
import { store } from '../stages/store.js';
import { SeriesLearner, train } from '../stages/train.js';
import { GateVerdict } from './run.js';

/** The stages of the air-quality pipeline, in the order of their work. */
export const airQualityStages = { ingest, features, train, evaluate, store } as const;

/** Input of the workflow `air-quality`. An empty form forecasts NO2 at the Beijing station that ships with Tempered. */
export const AirQualityInput = z.strictObject({
  readings: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('URI of imported readings: a Beijing station file, or OpenAQ NDJSON; by default the station that ships'),
  weather: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('URI of imported GSOD weather: then the readings are OpenAQ NDJSON; a station file has its own'),
  city: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("station of the file, or part of a city's name in OpenAQ readings; needed where there are several"),
  pollutant: Pollutant.default('no2').describe('what is forecast'),
  unit: z.string().min(1).nullable().default(null).describe('unit of the OpenAQ readings to take, as ppm'),
  boundingBox: BoundingBox.nullable()
    .default(null)
    .describe('of the GSOD stations to take, in degrees; by default all'),
  minHours: z.int().min(1).max(24).default(16).describe('hours with a reading that make a day; fewer leave a gap'),
  maxRejectedShare: z.number().min(0).max(1).default(0.05).describe('largest share of bad lines before the run stops'),
  lags: z
    .array(z.int().min(1).max(365))
    .max(30)
    .default([])
    .describe("days ago whose value is a feature, as 1,7; a forecast then needs those days' values"),
  testDays: z.int().min(1).max(100_000).default(365).describe('days at the end that no model is trained on'),
  learners: z.array(SeriesLearner).min(1).default(['linear', 'lightgbm']).describe('models to compare'),
  validationShare: z
    .number()
    .min(0.05)
    .max(0.5)
    .default(0.2)
    .describe('last share of the training days that chooses the model'),
  seed: z
    .int()
    .nonnegative()
    .max(2 ** 31 - 1)
    .default(42)
    .describe('seed of every random draw'),
  model: ModelName.default('air-quality').describe('name under which the model is stored'),
  gateMargin: z.number().min(0).max(1).default(0.05).describe('share of the best baseline that a candidate must win'),
  askDate: z.iso
    .date()
    .nullable()
    .default(null)
    .describe('the day that is forecast at the end; by default the last one whose features are known'),
  endpointName: z
    .string()
    .regex(ENTITY_NAME, ALLOWED_ENTITY_NAME)
    .nullable()
    .default(null)
    .describe('name of the endpoint that answers; by default one of this run alone'),
  keepEndpoint: z.boolean().default(false).describe('leave the endpoint running when the run is over'),
});
/** What a caller may leave out. */
export type AirQualityInput = Readonly<z.input<typeof AirQualityInput>>;
/** Every default filled in. */
export type AirQualityParams = Readonly<z.output<typeof AirQualityInput>>;

/** What the endpoint said of the day that was asked about. `endpoint` is where it still answers, if it was kept. */
export const AirQualityAnswer = z.strictObject({
  date: z.iso.date(),
  features: z.record(z.string(), z.number()),
  prediction: z.number(),
  /** Golden rows that the endpoint repeated before it was asked. */
  goldenRows: z.int().positive(),
  endpoint: z.strictObject({ host: z.string(), name: z.string(), url: z.string().nullable() }).nullable(),
});
export type AirQualityAnswer = Readonly<z.infer<typeof AirQualityAnswer>>;

/** Result of the workflow `air-quality`. A rejected candidate is an honest end of a run, not a failure. */
export const AirQualityResult = z.strictObject({
  kind: z.enum(['promoted', 'champion-kept', 'rejected']),
  learner: SeriesLearner,
  testFrom: z.iso.date(),
  metrics: Metrics,
  baselines: z.array(z.strictObject({ name: z.string(), metrics: Metrics })),
  champion: Metrics.nullable(),
  gate: GateVerdict,
  days: z.record(z.string(), z.int().nonnegative()),
  quarantined: z.record(z.string(), z.int().positive()),
  /** Actual and forecast of each test day, and what the baselines said: the data of the plot. */
  forecasts: DatasetRef,
  candidate: ArtifactRef,
  model: ModelRef.nullable(),
  /** What became of the promotion in the mirror of the registry; absent in results of earlier releases. */
  mirror: MirrorOutcome.nullable().optional(),
  /** Null when no model was good enough to be hosted. */
  answer: AirQualityAnswer.nullable(),
  stages: z.array(StageSummary),
});
export type AirQualityResult = Readonly<z.infer<typeof AirQualityResult>>;
