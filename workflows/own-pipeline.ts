import type { InputOf, OwnPipeline, ParamsOf } from '../contracts/pipelines/own.js';
import type { StageSummary } from '../contracts/stage-record.js';
import { currentRun, definePipeline } from './pipeline.js';

/**
 * Makes a workflow of a pipeline's straight line over its stages. `P` is the type of the pipeline file's default export; only its
 * type is taken, so that no schema gets into the memory of a workflow.
 * @param name the pipeline's name, which the workflow is exported under
 * @param body gets the input with every default filled in
 * @returns the workflow; its result is the body's, and what became of each stage
 */
export function defineOwnPipeline<P extends OwnPipeline, Result extends object = object>(
  name: P['name'],
  body: (params: ParamsOf<P>) => Promise<Result>,
): (input?: InputOf<P>) => Promise<Result & { readonly stages: readonly StageSummary[] }> {
  return definePipeline<{
    readonly input: InputOf<P>;
    readonly params: ParamsOf<P>;
    readonly result: Result & { readonly stages: readonly StageSummary[] };
  }>(name, async (params) => ({ ...(await body(params)), stages: currentRun().board.summaries() }));
}
