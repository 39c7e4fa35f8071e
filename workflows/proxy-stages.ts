import type { StageCall, StageOutput, Stages } from '../contracts/stage.js';
import { currentRun } from './pipeline.js';
import { runStage } from './run-stage.js';

/** Stages as functions: each call enters the durable loop and resolves to the stage's published output. */
export type StageFunctions<S extends Stages> = {
  readonly [K in keyof S]: (call: StageCall<S[K]>) => Promise<StageOutput<S[K]>>;
};

/**
 * Makes the stages of a pipeline callable from its workflow, as `proxyActivities` does for activities. Only types are taken from the
 * definitions: their schemas stay out of the workflow's memory and are applied by the activities.
 */
export function proxyStages<S extends Stages>(): StageFunctions<S> {
  return new Proxy({} as StageFunctions<S>, {
    get: (_target, stage) => {
      if (typeof stage !== 'string') throw new TypeError('a stage has a name');
      return (call: Readonly<Record<string, unknown>>) => {
        const { pipeline, board } = currentRun();
        return runStage({ pipeline, stage, call }, board);
      };
    },
  });
}
