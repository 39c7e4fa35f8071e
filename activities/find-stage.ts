import { TemperedError } from '../contracts/failure.js';
import { findPipeline, type Pipeline } from '../contracts/pipelines/index.js';
import type { StageDefinition } from '../contracts/stage.js';
import type { ActivityContext } from './context.js';

/**
 * Finds a pipeline by its name in workflow history.
 * @throws TemperedError `INTERNAL` for one that this release does not have
 */
export function loadPipeline({ pipelines }: ActivityContext, name: string): Pipeline {
  const pipeline = findPipeline(pipelines, name);
  if (!pipeline) throw new TemperedError('INTERNAL', `this release has no pipeline "${name}"`);
  return pipeline;
}

/**
 * Finds the definition of a stage by its names in workflow history.
 * @throws TemperedError `INTERNAL` for a stage that this release does not have
 */
export function loadStage(
  context: ActivityContext,
  { pipeline, stage }: { readonly pipeline: string; readonly stage: string },
): StageDefinition {
  const { stages } = loadPipeline(context, pipeline);
  const definition = Object.hasOwn(stages, stage) ? stages[stage] : undefined;
  if (!definition)
    throw new TemperedError('INTERNAL', `pipeline "${pipeline}" has no stage "${stage}" in this release`);
  return definition;
}
