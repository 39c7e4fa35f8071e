import type { Client } from '@temporalio/client';
import { type SalaryInput, SalaryResult } from '../../../contracts/pipelines/salary.js';
import type { JsonObject } from '../../../contracts/json.js';
import { ORCHESTRATOR_QUEUE } from '../../../contracts/task-queues.js';
import { findStageRecord } from '../../../storage/stage-records.js';
import type { Storage } from '../../../storage/storage.js';
import type { Bench } from './run-fault.js';

const DATA_DATE = '2026-11-20';
const FEATURES = ['age', 'is_active', 'tenure_days'];

/** Enough rows for several units of work in every stage; as few as that takes, for engines' own starts are most of an attempt. */
const INPUT: SalaryInput = { rows: 3_000_000, trials: 1, dataDate: DATA_DATE };
const ETL_ROWS = 100_000;

type Prepared = Pick<Bench, 'calls' | 'expected'>;

/** Runs the pipeline once without faults, and then each of its stages as it is called with them: what they must come to all the same. */
export async function prepare(client: Client, storage: Storage): Promise<Prepared> {
  const execute = (workflow: string, input: unknown, workflowId: string): Promise<JsonObject> =>
    client.workflow.execute(workflow, { args: [input], workflowId, taskQueue: ORCHESTRATOR_QUEUE });
  const executeStage = (stage: string, call: unknown, workflowId: string): Promise<JsonObject> =>
    execute('faulty', { pipeline: 'salary', stage, call }, workflowId);

  const generate = { rows: 2_000_000, chunkRows: 250_000, dataset: 'described', seed: 42, dataDate: DATA_DATE };
  const etl = {
    dataDate: DATA_DATE,
    futureDates: 'keep',
    maxRejectedShare: 0.05,
    split: { kind: 'random', seed: 42, holdout: 0.1, unseen: 0.1 },
  };
  const few = async (): Promise<Readonly<Record<'raw' | 'clean', JsonObject>>> => {
    const raw = await executeStage('generate', { ...generate, rows: ETL_ROWS }, 'prepare-few');
    return { raw, clean: await executeStage('etl', { ...etl, raw: raw['dataset'] }, 'expected-etl') };
  };
  const many = async (): Promise<Readonly<Record<'clean' | 'tuned' | 'stored', JsonObject>>> => {
    const { stages } = SalaryResult.parse(await execute('salary', INPUT, 'prepare'));
    const outputOf = async (name: string): Promise<JsonObject> => {
      const found = await findStageRecord(storage, name, stages.find(({ stage }) => stage === name)?.stageKey ?? '');
      if (found.kind !== 'hit') throw new Error(`the run without faults published no ${name}`);
      return found.record.output;
    };
    return { clean: await outputOf('etl'), tuned: await outputOf('tune'), stored: await outputOf('store') };
  };
  const [{ raw, clean: fewClean }, { clean, tuned, stored }] = await Promise.all([few(), many()]);
  const tune = {
    train: fewClean['train'],
    search: 'optuna',
    learners: ['lightgbm'],
    trials: 8,
    seed: 42,
    target: 'salary',
    features: FEATURES,
  };
  const evaluate = {
    candidate: tuned['candidate'],
    holdout: clean['train'], // ten times as many chunks as the holdout has
    firstRows: clean['firstRows'],
    champion: null,
    target: 'salary',
    bootstrapSamples: 200,
    seed: 42,
  };
  const predict = { model: stored['model'], dataset: clean['train'], csv: false };
  return {
    calls: { generate, etl: { ...etl, raw: raw['dataset'] }, tune, evaluate, predict },
    expected: {
      generate: await executeStage('generate', generate, 'expected-generate'),
      etl: fewClean,
      tune: await executeStage('tune', tune, 'expected-tune'),
      evaluate: await executeStage('evaluate', evaluate, 'expected-evaluate'),
      predict: await executeStage('predict', predict, 'expected-predict'),
    },
  };
}
