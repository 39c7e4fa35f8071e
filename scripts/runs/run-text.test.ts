import { expect, test } from '@jest/globals';
import type { RunEnding } from './run-ending.js';
import { exitCodeOf } from './run-ending.js';
import { runText } from './run-text.js';

const STAGE = {
  ...{ stage: 'generate', stageKey: 'k', cache: 'hit', because: 'unchanged', attempts: 0, seconds: 0.02, rowsIn: 0 },
  ...{ rowsOut: 1_000_000, rowsRejected: 0, bytes: 1, peakBytes: 2 ** 28, memoryBytes: 2 ** 30, salvaged: null },
};
const METRICS = {
  mse: 4,
  rmse: 2,
  mae: 1.5,
  r2: 0.61234567,
  explainedVariance: 0.6,
  bias: 0.01,
  smape: 0.1,
  rows: 100_000,
};
const SHA = 'a'.repeat(64);
const PROMOTED = {
  ...{ kind: 'promoted', dataDate: '2026-11-20', metrics: METRICS, baseline: { ...METRICS, r2: 0 }, champion: null },
  gate: { passed: true, beatsBaseline: true, beatsChampion: null, reasons: ['61 % better than the mean'] },
  model: { kind: 'model', name: 'salary', uri: 'file:///data/models/salary/a', sha256: SHA, candidateSha256: SHA },
  predictions: { kind: 'dataset', uri: 'file:///data/p', manifestSha256: SHA, rows: 5000, bytes: 1, schemaSha256: SHA },
  stages: [STAGE, { ...STAGE, stage: 'etl', cache: 'miss', because: 'params changed', attempts: 2, rowsRejected: 12 }],
};
const RUN = { runId: 'salary-1', url: 'http://ui/run', pipeline: 'salary', stages: [] };

function ended(status: RunEnding['status'], parts: Partial<RunEnding>): RunEnding {
  return { status, result: null, failure: null, ...parts };
}

test('a promoted run shows stages, metrics, gate, model and predictions', () => {
  const text = runText({ ...RUN, status: 'completed', ending: ended('completed', { result: PROMOTED }) });
  expect(text).toContain('run    salary-1: salary completed (promoted), data date 2026-11-20');
  expect(text).toMatch(/ {2}etl +1,000,000 +12 +0\.02 s +256 MiB +1 GiB +2 +miss +params changed/);
  expect(text).toContain('cache  1 of 2 stages were served from the cache');
  expect(text).toMatch(/candidate +0\.612346 /);
  expect(text).toContain('gate   passed\n       61 % better than the mean');
  expect(text).toContain('model  salary aaaaaaaaaaaa  file:///data/models/salary/a');
  expect(text).toContain('preds  5,000 rows  file:///data/p');
  expect(text).toContain('open   http://ui/run');
});

test('a run with several baselines shows each, and what its endpoint said', () => {
  const { baseline: _one, ...others } = PROMOTED;
  const result = {
    ...others,
    baselines: ['mean', 'persistence'].map((name, index) => ({ name, metrics: { ...METRICS, r2: index / 4 } })),
    answer: { date: '2017-02-28', features: { temp_mean: 1 }, prediction: 43.5, goldenRows: 5, endpoint: null },
  };
  const text = runText({ ...RUN, status: 'completed', ending: ended('completed', { result }) });
  expect(text).toMatch(/candidate +0\.612346 .*\n +mean +0 .*\n +persistence +0\.25 /);
  expect(text).toContain('asked  43.5 for 2017-02-28, of an endpoint that repeated 5 golden predictions');
});

test('a stage that took several attempts says what each died of, and what was not done twice', () => {
  const decision = 'attempt 1 died of container memory (definite: oom_kill +1) at 1 GiB: concurrency 2 -> 1';
  const told = { decisions: [decision], salvaged: { before: 3, now: 9, unit: 'chunks' } };
  const stages = [
    { ...STAGE, ...told },
    { ...STAGE, ...told, stage: 'predict', cache: 'miss' },
  ];
  const text = runText({
    ...RUN,
    status: 'completed',
    ending: ended('completed', { result: { ...PROMOTED, stages } }),
  });
  expect(text).toContain(`tries  predict: ${decision}\ntries  predict: 3 chunks done before, 9 now`);
  expect(text).not.toContain('tries  generate');
});

test('a run that failed tells what was tried before', () => {
  const facts = { stage: 'tune', decisions: ['attempt 1 died of host memory: memory 1 GiB -> 2 GiB'] };
  const failure = { code: 'OUT_OF_MEMORY', message: 'tune failed', advice: null, ...facts } as const;
  const text = runText({ ...RUN, status: 'failed', ending: ended('failed', { failure }) });
  expect(text).toContain('tries  tune: attempt 1 died of host memory: memory 1 GiB -> 2 GiB\nerror  OUT_OF_MEMORY');
});

test('a run whose job failed shows what that printed last, wherever it ran', () => {
  const failure = {
    code: 'JOB_FAILED',
    message: 'etl failed',
    advice: null,
    log: ['reading', "KeyError: 'age'"],
  } as const;
  const text = runText({ ...RUN, status: 'failed', ending: ended('failed', { failure }) });
  expect(text).toContain("log    reading\n       KeyError: 'age'\nerror  JOB_FAILED");
});

test('a run that did nothing says that all came from the cache', () => {
  const result = { ...PROMOTED, stages: [STAGE] };
  const text = runText({ ...RUN, status: 'completed', ending: ended('completed', { result }) });
  expect(text).toContain('cache  every stage was served from the cache');
});

test('a rejected run is an honest end with its own exit code', () => {
  const gate = {
    passed: false,
    beatsBaseline: false,
    beatsChampion: null,
    reasons: ['R2 -0.0034 is worse than the mean'],
  };
  const ending = ended('rejected', { result: { ...PROMOTED, kind: 'rejected', gate, model: null, predictions: null } });
  const text = runText({ ...RUN, status: 'rejected', ending });
  expect(text).toContain('run    salary-1: salary rejected, data date');
  expect(text).toContain('gate   not passed\n       R2 -0.0034 is worse than the mean');
  expect(exitCodeOf(ending)).toBe(4);
});

test('a failed run says what, why and what to do next', () => {
  const failure = { code: 'OUT_OF_MEMORY', message: 'tune needs more than 4 GiB', advice: 'give it more' } as const;
  const ending = ended('failed', { failure });
  const text = runText({ ...RUN, status: 'failed', ending });
  expect(text).toContain('error  OUT_OF_MEMORY: tune needs more than 4 GiB\nnext   give it more');
  expect(exitCodeOf(ending)).toBe(1);
});

test.each([
  { code: 'WRONG_INPUT', exitCode: 2 },
  { code: 'PLATFORM_UNAVAILABLE', exitCode: 3 },
  { code: 'CANCELLED', exitCode: 1 },
] as const)('a run that failed with $code ends the command with $exitCode', ({ code, exitCode }) => {
  expect(exitCodeOf(ended('failed', { failure: { code, message: '', advice: null } }))).toBe(exitCode);
});

test('what an unknown pipeline gives is still shown as a run', () => {
  const text = runText({
    ...RUN,
    pipeline: 'mine',
    status: 'completed',
    ending: ended('completed', { result: { stages: 'odd' } }),
  });
  expect(text).toBe('run    salary-1: mine completed\nopen   http://ui/run');
});

test("what a user's own pipeline gives is shown a line each", () => {
  const rain = {
    kind: 'dataset',
    uri: 'file:///data/rain',
    manifestSha256: SHA,
    rows: 1000,
    bytes: 1,
    schemaSha256: SHA,
  };
  const result = { rain, wettest: { days: [819, 473] }, stages: [] };
  const text = runText({ ...RUN, pipeline: 'rain', status: 'completed', ending: ended('completed', { result }) });
  expect(text).toContain('rain   1,000 rows  file:///data/rain\nwettest {"days":[819,473]}');
});
