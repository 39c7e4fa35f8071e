import { expect, test } from '@jest/globals';
import type { AirQualityResult } from '../../contracts/pipelines/air-quality.js';
import type { DemoAttempt } from './attempts.js';
import type { Evidence } from './evidence.js';
import { proofOf } from './proof.js';

const METRICS = { mse: 4, rmse: 2, mae: 1, r2: 0.6, explainedVariance: 0.6, bias: 0, smape: 0.1, rows: 362 };
const SHA = 'a'.repeat(64);
const REF = { uri: 's3://b/x', manifestSha256: SHA, bytes: 1 };
const RESULT: AirQualityResult = {
  ...{ kind: 'promoted', learner: 'lightgbm', testFrom: '2016-03-01', metrics: METRICS, champion: null, model: null },
  baselines: [{ name: 'mean', metrics: { ...METRICS, r2: 0 } }],
  gate: { passed: true, beatsBaseline: true, beatsChampion: null, reasons: [] },
  ...{ days: {}, quarantined: {}, stages: [] },
  forecasts: { kind: 'dataset', ...REF, rows: 362, schemaSha256: SHA },
  candidate: { kind: 'artifact', ...REF },
  answer: { date: '2017-02-28', features: {}, prediction: 43, goldenRows: 5, endpoint: null },
};
const INGEST: DemoAttempt = {
  ...{ stage: 'ingest', platform: 'emr-serverless', id: 'job-run/00j1', instanceType: null, memoryBytes: 4, cpus: 2 },
  ...{ state: 'SUCCESS', reason: null, verdict: null, decision: null },
};
const KILLED: DemoAttempt = {
  ...{ stage: 'train', platform: 'sagemaker', id: 'training-job/t1', instanceType: 'ml.m6i.large', memoryBytes: 8 },
  ...{ cpus: 2, state: 'Failed', reason: 'ClientError: Please use an instance type with more memory, or reduce it.' },
  ...{ verdict: 'out-of-memory of host, definite', decision: 'memory 8 GiB -> 16 GiB' },
};
const LARGER: DemoAttempt = {
  ...{ ...KILLED, id: 'training-job/t2', instanceType: 'ml.m6i.xlarge', memoryBytes: 16, state: 'Completed' },
  ...{ reason: null, verdict: null, decision: null },
};
const life = (...states: readonly string[]) =>
  states.map((state, at) => ({ at, kind: 'endpoint', name: 'air', state }));

const WHOLE: Evidence = {
  ...{ runId: 'air-quality-1', url: null, status: 'completed', result: RESULT, failure: null },
  attempts: [INGEST, KILLED, LARGER],
  endpoint: life('Creating', 'InService', 'Deleting', 'gone'),
  calls: { client: { 'sagemaker-runtime:InvokeEndpoint': 2 }, job: {} },
  ...{ left: [], startedTwice: [] },
};

test('a whole demo has shown everything', () => {
  expect(proofOf(WHOLE).missing).toEqual([]);
});

test.each<readonly [string, Partial<Evidence>]>([
  ['promoted', { status: 'rejected', result: { ...RESULT, kind: 'rejected' } }],
  ['promoted', { status: 'failed', result: null }],
  ['EMR Serverless', { attempts: [KILLED, LARGER] }],
  ['killed for memory', { attempts: [INGEST, LARGER] }],
  ['killed for memory', { attempts: [INGEST, { ...KILLED, reason: 'AlgorithmError: , exit code: 1' }, LARGER] }],
  ['killed for memory', { attempts: [INGEST, { ...KILLED, verdict: 'bug, definite' }, LARGER] }],
  ['killed for memory', { attempts: [INGEST, KILLED, { ...LARGER, instanceType: 'ml.m6i.large' }] }],
  ['killed for memory', { attempts: [INGEST, KILLED, { ...LARGER, state: 'Failed' }] }],
  ['made once', { startedTwice: ['training-job t1'] }],
  ['came into service', { endpoint: life('Creating', 'Failed', 'gone') }],
  ['came into service', { endpoint: life('Creating', 'InService') }],
  ['golden predictions', { calls: { client: { 'sagemaker-runtime:InvokeEndpoint': 1 }, job: {} } }],
  ['nothing is left', { left: ['model air'] }],
])('without it "%s" is missing: %j', (claim, change) => {
  expect(proofOf({ ...WHOLE, ...change }).missing.join()).toContain(claim);
});
