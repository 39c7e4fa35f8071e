import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { JobsActivities, LocalActivities } from '../activities/index.js';
import type {
  AirQualityInput,
  AirQualityParams,
  AirQualityResult,
  airQualityStages,
} from '../contracts/pipelines/air-quality.js';
import type { MirrorOutcome } from '../contracts/mirrored-model.js';
import type { ModelRef } from '../contracts/refs.js';
import { championStillHolds } from './champion.js';
import { currentRun, definePipeline } from './pipeline.js';
import { askEndpoint } from './ask-endpoint.js';
import { JUDGE, LOCAL } from './policies.js';
import { promoteModel } from './promote-model.js';
import { proxyStages } from './proxy-stages.js';

const { ingest, features, train, evaluate, store } = proxyStages<typeof airQualityStages>();
const { findChampion, findDay, loadArtifact, loadSample } = proxyLocalActivities<LocalActivities>(LOCAL);
const { judge } = proxyActivities<JobsActivities>(JUDGE);

/** The station that an empty form forecasts: a file that ships with the code. */
const SAMPLE = 'data/air-quality/PRSA_Data_Aotizhongxin_20130301-20170228.csv';

/** What every source knows of a day's weather. */
const WEATHER = ['temp_mean', 'temp_max', 'temp_min', 'wind_mean', 'pressure_mean', 'dew_point_mean', 'rain_sum'];

/** Forecasts that need no model; the stage `features` makes them for each day. */
const BASELINES = ['persistence', 'climatology'];

interface AirQualityPipeline {
  readonly input: AirQualityInput;
  readonly params: AirQualityParams;
  readonly result: AirQualityResult;
}

/** From original readings and weather to a forecast of the air: ingest, features, train, measure, store, host and ask. */
export const airQuality = definePipeline<AirQualityPipeline>('air-quality', async (input) => {
  const { pollutant: target, seed } = input;
  const { city, unit, boundingBox, minHours, maxRejectedShare } = input;
  const clean = await ingest({
    readings: await (input.readings === null ? loadSample(SAMPLE) : loadArtifact(input.readings)),
    weather: input.weather === null ? null : await loadArtifact(input.weather),
    format: input.weather === null ? 'station' : 'openaq',
    ...{ pollutant: target, city, unit, boundingBox, minHours, maxRejectedShare },
  });
  const made = await features({
    days: clean.days,
    target,
    weather: WEATHER,
    lags: [...input.lags],
    testDays: input.testDays,
  });
  // Looked up before anything is trained: a day that cannot be asked about should cost nothing.
  const asked = await findDay({ days: made.days, date: input.askDate, features: made.features });
  const trained = await train({
    train: made.train,
    target,
    features: made.features,
    learners: [...input.learners],
    validationShare: input.validationShare,
    seed,
  });
  const { candidate } = trained;
  const champion = await findChampion(input.model);
  const rival = champion?.candidateSha256 === candidate.manifestSha256 ? null : champion;
  const { predictions: forecasts, ...evaluation } = await evaluate({
    candidate,
    holdout: made.test,
    firstRows: made.firstRows,
    champion: rival,
    target,
    seed,
    baselines: BASELINES,
    keep: ['date'],
  });
  const gate = await judge({ evaluation, predictions: forecasts, margin: input.gateMargin });
  let model: ModelRef | null = null;
  let mirror: MirrorOutcome | null = null;
  if (gate.passed) {
    ({ model } = await store({ candidate, name: input.model, evaluation }));
    mirror = await promoteModel(model, champion);
  } else if (rival && championStillHolds(evaluation, input.gateMargin)) {
    model = rival;
  }
  const { endpointName, keepEndpoint } = input;
  const answer = model && (await askEndpoint({ model, name: endpointName, keep: keepEndpoint, ...asked }));
  return {
    kind: gate.passed ? 'promoted' : model ? 'champion-kept' : 'rejected',
    learner: trained.learner,
    testFrom: made.testFrom,
    metrics: evaluation.candidate,
    baselines: evaluation.baselines ?? [],
    champion: evaluation.champion,
    gate,
    days: made.counts,
    quarantined: clean.reasons,
    forecasts,
    candidate,
    model,
    mirror,
    answer,
    stages: currentRun().board.summaries(),
  };
});
