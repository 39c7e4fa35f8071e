import { DatasetRef, defineStage, type Pipeline, z } from '../../contracts/exports.js';
import type { StageSummary } from '../../contracts/stage-record.js';
import { definePipeline } from '../../workflows/exports.js';
import { expectType } from './equal.js';
import type { Equal } from './equal.js';

const measure = defineStage({
  name: 'measure',
  inputs: {},
  params: { days: z.int() },
  output: { rain: DatasetRef },
  job: { engine: 'python', entry: 'measure.py' },
  needs: { memory: '64MiB', cpus: 1, disk: '1MiB' },
  settings: {},
  levers: ['memory'],
  salvage: 'nothing',
});
export const pipeline = {
  name: 'rain',
  summary: 'measures rain',
  input: z.strictObject({ days: z.int().default(365) }),
  stages: { measure },
} as const satisfies Pipeline;

// The body sees every default filled in; a caller may leave out what has one, or everything.
const rain = definePipeline<typeof pipeline, { readonly wet: boolean }>('rain', ({ days }) => {
  expectType<Equal<typeof days, number>>();
  return Promise.resolve({ wet: days > 1 });
});
void rain();
void rain({});
expectType<
  Equal<ReturnType<typeof rain>, Promise<{ readonly wet: boolean } & { readonly stages: readonly StageSummary[] }>>
>();
// @ts-expect-error a field that the input does not have
void rain({ dayz: 3 });
// @ts-expect-error another name than the pipeline's
definePipeline<typeof pipeline>('rian', () => Promise.resolve({}));
