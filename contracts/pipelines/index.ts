import type { z } from 'zod';
import type { Stages } from '../stage.js';
import { PredictInput, predictStages } from './predict.js';
import { SalaryInput, salaryStages } from './salary.js';

/** A pipeline: a workflow that people start, the input it takes and the stages it may call. */
export interface Pipeline {
  readonly summary: string;
  readonly input: z.ZodObject;
  readonly stages: Stages;
}

/** Every pipeline by the name of its workflow. A new one is one line here. */
export const PIPELINES = {
  salary: {
    summary: 'generate, clean, tune, evaluate, store and predict on the employee table',
    input: SalaryInput,
    stages: salaryStages,
  },
  predict: { summary: 'batch inference with a stored model', input: PredictInput, stages: predictStages },
} as const satisfies Readonly<Record<string, Pipeline>>;

export type PipelineName = keyof typeof PIPELINES;

/** True when the text names a pipeline. */
export function isPipelineName(text: string): text is PipelineName {
  return Object.hasOwn(PIPELINES, text);
}
