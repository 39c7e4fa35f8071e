import { z } from 'zod';
import type { Pipeline } from '../../../contracts/pipelines/index.js';
import { defineStage } from '../../../contracts/stage.js';

function instantStage<const Name extends string>(name: Name) {
  return defineStage({
    name,
    inputs: {},
    params: { step: z.int(), salt: z.string() },
    output: { step: z.int() },
    job: { engine: 'python', entry: 'test/bench/instant/job.py' },
    needs: { memory: '256MiB', cpus: 1, disk: '1MiB' },
    settings: {},
    levers: ['memory'],
    salvage: 'nothing',
  });
}

/** Six stages whose jobs do nothing. */
export const instantStages = {
  first: instantStage('first'),
  second: instantStage('second'),
  third: instantStage('third'),
  fourth: instantStage('fourth'),
  fifth: instantStage('fifth'),
  sixth: instantStage('sixth'),
} as const;

/** Input of the workflow `instant`; another salt is another key, so that nothing comes from the cache. */
export const InstantInput = z.strictObject({ salt: z.string() });

export const INSTANT: Pipeline = { summary: 'six jobs that do nothing', input: InstantInput, stages: instantStages };
