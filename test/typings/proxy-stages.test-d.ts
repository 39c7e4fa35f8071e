import type { salaryStages } from '../../contracts/pipelines/salary.js';
import type { DatasetRef, ModelRef } from '../../contracts/refs.js';
import type { StageOutput } from '../../contracts/stage.js';
import { proxyStages } from '../../workflows/proxy-stages.js';
import { expectType } from './equal.js';
import type { Equal } from './equal.js';

type Salary = typeof salaryStages;
declare const dataset: DatasetRef;
declare const model: ModelRef;
const stages = proxyStages<Salary>();

// Every stage of the pipeline is a function, and nothing else is.
expectType<Equal<keyof typeof stages, keyof Salary>>();

// A call takes inputs and parameters in one object and resolves to the stage's output.
void stages.predict({ model, dataset, csv: true });
expectType<Equal<ReturnType<typeof stages.predict>, Promise<StageOutput<Salary['predict']>>>>();
// @ts-expect-error a call without its dataset
void stages.predict({ model, csv: true });
// @ts-expect-error a dataset is not a model
void stages.predict({ model: dataset, dataset, csv: true });
// @ts-expect-error a parameter that the stage does not have
void stages.predict({ model, dataset, csv: true, format: 'parquet' });

// What one stage gives is what the next one takes; the compiler finds a wrong chain.
export async function chain(): Promise<void> {
  const raw = await stages.generate({ rows: 10, dataset: 'described', seed: 1, dataDate: '2026-11-20' });
  // @ts-expect-error the output of generate is a record of outputs, not the dataset itself
  await stages.predict({ model, dataset: raw, csv: false });
  await stages.predict({ model, dataset: raw.dataset, csv: false });
}
