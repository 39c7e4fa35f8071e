import { expect, test } from '@jest/globals';
import { chooseJobs } from './choose-jobs.js';

const job = (stage: string, attempt: number) => {
  const key = `run/${stage}-1a2b3c4d-a${String(attempt)}`;
  return { stage, attempt, handle: { platform: 'local', key, id: key } };
};
const JOBS = [job('etl', 1), job('tune', 1), job('tune', 2)];
const OVER = { stages: ['etl', 'tune', 'predict'], isRunning: false };

test.each([
  { choice: {}, chosen: JOBS },
  { choice: { stage: 'tune' }, chosen: JOBS.slice(1) },
  { choice: { stage: 'tune', attempt: 2 }, chosen: JOBS.slice(2) },
  { choice: { attempt: 1 }, chosen: JOBS.slice(0, 2) },
  { choice: { stage: 'predict' }, chosen: [] },
  { choice: { stage: 'predict', attempt: 1 }, chosen: [] },
])('$choice is $chosen.length jobs', ({ choice, chosen }) => {
  expect(chooseJobs(JOBS, choice, OVER)).toEqual(chosen);
});

test('a stage that the pipeline does not have is refused, also while there are no jobs', () => {
  expect(() => chooseJobs([], { stage: 'tun' }, OVER)).toThrow(
    '--stage: stage: found "tun", allowed is etl, tune or predict (did you mean "tune"?)',
  );
});

test('of a pipeline that this project does not have the jobs say which stages there are', () => {
  expect(() => chooseJobs(JOBS, { stage: 'fit' }, { ...OVER, stages: null })).toThrow('allowed is etl or tune');
});

test('an attempt that a stage did not need is refused once the run is over, and may still come before', () => {
  const choice = { stage: 'tune', attempt: 3 };
  expect(() => chooseJobs(JOBS, choice, OVER)).toThrow('attempt: found 3, allowed is 1 or 2');
  expect(chooseJobs(JOBS, choice, { ...OVER, isRunning: true })).toEqual([]);
});
