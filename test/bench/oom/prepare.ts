import type { Client } from '@temporalio/client';
import type { SalaryInput } from '../../../contracts/pipelines/salary.js';
import type { JsonObject } from '../../../contracts/json.js';
import { ORCHESTRATOR_QUEUE } from '../../../contracts/task-queues.js';
import { latestStageRecord } from '../../../storage/stage-records.js';
import type { Storage } from '../../../storage/storage.js';
import type { Bench } from './run-fault.js';

const DATA_DATE = '2026-11-20';
const FEATURES = ['age', 'is_active', 'tenure_days'];

/** Enough rows for several units of work in every stage. */
const INPUT: SalaryInput = { rows: 4_000_000, trials: 3, dataDate: DATA_DATE };

/** Fewer rows for Spark, whose own start is most of an attempt. */
const ETL_ROWS = 400_000;

/** Runs the pipeline once without faults and answers how each of its stages is called again. */
export async function prepareCalls(client: Client, storage: Storage): Promise<Bench['calls']> {
  const execute = (workflow: string, input: unknown, workflowId: string) =>
    client.workflow.execute(workflow, { args: [input], workflowId, taskQueue: ORCHESTRATOR_QUEUE });
  await execute('salary', INPUT, 'prepare');
  const generate = { rows: 2_000_000, chunkRows: 250_000, dataset: 'described', seed: 42, dataDate: DATA_DATE };
  const call = { ...generate, rows: ETL_ROWS };
  await execute('faulty', { pipeline: 'salary', stage: 'generate', call }, 'prepare-etl');

  const [raw, clean, tuned, stored] = await Promise.all(
    ['generate', 'etl', 'tune', 'store'].map((stage) => outputOf(storage, stage)),
  );
  return {
    generate,
    etl: {
      raw: raw?.['dataset'],
      dataDate: DATA_DATE,
      futureDates: 'keep',
      maxRejectedShare: 0.05,
      split: { kind: 'random', seed: 42, holdout: 0.1, unseen: 0.1 },
    },
    tune: {
      train: clean?.['train'],
      search: 'optuna',
      learners: ['lightgbm'],
      trials: 4,
      seed: 42,
      target: 'salary',
      features: FEATURES,
    },
    evaluate: {
      candidate: tuned?.['candidate'],
      holdout: clean?.['holdout'],
      firstRows: clean?.['firstRows'],
      champion: null,
      target: 'salary',
      bootstrapSamples: 200,
      seed: 42,
    },
    predict: { model: stored?.['model'], dataset: clean?.['train'], csv: false },
  };
}

async function outputOf(storage: Storage, stage: string): Promise<JsonObject> {
  const record = await latestStageRecord(storage, stage);
  if (!record) throw new Error(`the run without faults published no ${stage}`);
  return record.output;
}
