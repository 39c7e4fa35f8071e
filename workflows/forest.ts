import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { JobsActivities, LocalActivities } from '../activities/index.js';
import type { ForestInput, ForestParams, ForestResult, forestStages } from '../contracts/pipelines/forest.js';
import { currentRun, definePipeline } from './pipeline.js';
import { JUDGE, LOCAL } from './policies.js';
import { proxyStages } from './proxy-stages.js';

const { generate, etl, 'train-forest': trainForest, evaluate } = proxyStages<typeof forestStages>();
const { loadDataset } = proxyLocalActivities<LocalActivities>(LOCAL);
const { judge } = proxyActivities<JobsActivities>(JUDGE);

/** What the forest learns from and what it tells. */
const TARGET = 'salary';
const FEATURES = ['age', 'is_active', 'tenure_days'];

interface ForestPipeline {
  readonly input: ForestInput;
  readonly params: ForestParams & { readonly dataDate: string };
  readonly result: ForestResult;
}

/** One large forest with a measured error: generate, clean, train, measure. */
export const forest = definePipeline<ForestPipeline>('forest', async (input) => {
  const { rows, dataset, dataDate, seed, futureDates, maxRejectedShare, holdout, unseen, trees, leaves } = input;
  const raw =
    input.raw === null
      ? await generate({ rows, dataset, seed, dataDate, csv: false })
      : { dataset: await loadDataset(input.raw), noiseFloor: null };
  const clean = await etl({
    raw: raw.dataset,
    dataDate,
    futureDates,
    maxRejectedShare,
    split: { kind: 'random', seed, holdout, unseen },
  });
  const grown = await trainForest({ train: clean.train, trees, leaves, seed, target: TARGET, features: FEATURES });
  const { predictions, ...evaluation } = await evaluate({
    candidate: grown.candidate,
    holdout: clean.holdout,
    firstRows: clean.firstRows,
    champion: null,
    target: TARGET,
    seed,
  });
  const gate = await judge({ evaluation, predictions, margin: input.gateMargin });
  return {
    kind: gate.passed ? 'accepted' : 'rejected',
    dataDate,
    metrics: evaluation.candidate,
    baseline: evaluation.baseline.metrics,
    gate,
    noiseFloor: raw.noiseFloor,
    trees: grown.trees,
    trainRows: grown.trainRows,
    sampled: grown.sampled,
    candidate: grown.candidate,
    stages: currentRun().board.summaries(),
  };
});
