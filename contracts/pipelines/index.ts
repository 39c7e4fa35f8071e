import type { z } from 'zod';
import type { Stages } from '../stage.js';
import { AirQualityInput, airQualityStages } from './air-quality.js';
import { ForestInput, forestStages } from './forest.js';
import { PredictInput, predictStages } from './predict.js';
import { SalaryInput, salaryStages } from './salary.js';

/** A pipeline: a workflow that people start, the input it takes and the stages it may call. */
export interface Pipeline {
  readonly summary: string;
  readonly input: z.ZodObject;
  readonly stages: Stages;
  /** Absolute folder that its job entries are relative to; by default the one that holds `jobs/`. */
  readonly root?: string;
}

/** Pipelines by the name of their workflow. */
export type Pipelines = Readonly<Record<string, Pipeline>>;

/** Our pipelines by the name of their workflow: a new one is one line here. Users have their own beside them, see settings/project.ts. */
export const PIPELINES = {
  salary: {
    summary: 'generate, clean, tune, evaluate, store and predict on the employee table',
    input: SalaryInput,
    stages: salaryStages,
  },
  forest: {
    summary: 'generate, clean, grow one large random forest and measure its error',
    input: ForestInput,
    stages: forestStages,
  },
  'air-quality': {
    summary: 'forecast the air of a city from its weather: ingest, features, train, evaluate, store',
    input: AirQualityInput,
    stages: airQualityStages,
  },
  predict: { summary: 'batch inference with a stored model', input: PredictInput, stages: predictStages },
} as const satisfies Pipelines;

/** The pipeline of a name, if there is one. */
export function findPipeline(pipelines: Pipelines, name: string): Pipeline | undefined {
  return Object.hasOwn(pipelines, name) ? pipelines[name] : undefined;
}
