import { proxyLocalActivities } from '@temporalio/workflow';
import type { LocalActivities } from '../activities/index.js';
import type { PredictInput, PredictParams, PredictResult, predictStages } from '../contracts/pipelines/predict.js';
import { currentRun, definePipeline } from './pipeline.js';
import { LOCAL } from './policies.js';
import { proxyStages } from './proxy-stages.js';

const stages = proxyStages<typeof predictStages>();
const { loadDataset, loadModel, loadUnseen } = proxyLocalActivities<LocalActivities>(LOCAL);

interface PredictPipeline {
  readonly input: PredictInput;
  readonly params: PredictParams;
  readonly result: PredictResult;
}

/** Batch inference with a stored model, on any published dataset that has its columns. */
export const predict = definePipeline<PredictPipeline>('predict', async (input) => {
  const model = await loadModel({ name: input.model, version: input.version });
  const dataset = input.dataset === null ? await loadUnseen() : await loadDataset(input.dataset);
  const { predictions, csv } = await stages.predict({ model, dataset, csv: input.csv });
  return { kind: 'predicted', model, dataset, predictions, csv: csv ?? null, stages: currentRun().board.summaries() };
});
