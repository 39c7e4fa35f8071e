import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { JobsActivities, LocalActivities } from '../activities/index.js';
import type { SalaryInput, SalaryParams, SalaryResult, salaryStages } from '../contracts/pipelines/salary.js';
import type { MirrorOutcome } from '../contracts/mirrored-model.js';
import type { ModelRef } from '../contracts/refs.js';
import { championStillHolds } from './champion.js';
import { currentRun, definePipeline } from './pipeline.js';
import { JUDGE, LOCAL } from './policies.js';
import { promoteModel } from './promote-model.js';
import { proxyStages } from './proxy-stages.js';

const { generate, etl, tune, evaluate, store, predict } = proxyStages<typeof salaryStages>();
const { findChampion, loadDataset } = proxyLocalActivities<LocalActivities>(LOCAL);
const { judge } = proxyActivities<JobsActivities>(JUDGE);

/** What the models learn from and what they tell. */
const TARGET = 'salary';
const FEATURES = { optuna: ['age', 'is_active', 'tenure_days'], 'report-grid': ['age'] } as const;

/** Its data date is always set: by the input, the schedule or the start. */
type DatedParams = SalaryParams & { readonly dataDate: string };

interface SalaryPipeline {
  readonly input: SalaryInput;
  readonly params: DatedParams;
  readonly result: SalaryResult;
}

/** The whole way from raw rows to predictions: generate, clean, search, measure, store, predict. */
export const salary = definePipeline<SalaryPipeline>('salary', async (input) => {
  const { dataDate, seed } = input;
  const raw =
    input.raw === null
      ? await generate(generateCall(input))
      : { dataset: await loadDataset(input.raw), noiseFloor: null };
  const clean = await etl({
    raw: raw.dataset,
    dataDate,
    futureDates: input.futureDates,
    maxRejectedShare: input.maxRejectedShare,
    split:
      input.search === 'report-grid'
        ? { kind: 'report', sampleRows: input.sampleRows }
        : { kind: 'random', seed, holdout: input.holdout, unseen: input.unseen },
  });
  const { candidate } = await tune({
    train: clean.train,
    search: input.search,
    learners: input.learners,
    trials: input.trials,
    seed,
    target: TARGET,
    features: [...FEATURES[input.search]],
  });
  const champion = await findChampion(input.model);
  const rival = champion?.candidateSha256 === candidate.manifestSha256 ? null : champion;
  const { predictions: proof, ...evaluation } = await evaluate({
    candidate,
    holdout: clean.holdout,
    firstRows: clean.firstRows,
    champion: rival,
    target: TARGET,
    seed,
  });
  const gate = await judge({ evaluation, predictions: proof, margin: input.gateMargin });

  let winner: ModelRef | null = null;
  let mirror: MirrorOutcome | null = null;
  if (gate.passed) {
    const { model } = await store({ candidate, name: input.model, evaluation });
    mirror = await promoteModel(model, champion);
    winner = model;
  } else if (rival && championStillHolds(evaluation, input.gateMargin)) {
    winner = rival;
  }
  const inference =
    winner && clean.unseen.rows > 0
      ? await predict({ model: winner, dataset: clean.unseen, csv: input.predictionsCsv })
      : null;

  return {
    kind: gate.passed ? 'promoted' : winner ? 'champion-kept' : 'rejected',
    dataDate,
    metrics: evaluation.candidate,
    baseline: evaluation.baseline.metrics,
    champion: evaluation.champion,
    gate,
    noiseFloor: raw.noiseFloor,
    samplePredictions: evaluation.samplePredictions,
    candidate,
    model: winner,
    mirror,
    predictions: inference?.predictions ?? null,
    predictionsCsv: inference?.csv ?? null,
    stages: currentRun().board.summaries(),
  };
});

function generateCall({ rows, dataset, seed, dataDate, csv }: DatedParams) {
  return { rows, dataset, seed, dataDate, csv };
}
