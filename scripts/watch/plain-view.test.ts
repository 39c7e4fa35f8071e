import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import { plainView } from './plain-view.js';
import type { StageView } from './snapshot.js';

const GIB = 2 ** 30;
const RUNNING: StageView = {
  ...{ stage: 'tune', state: 'running', attempt: 1, memoryBytes: 2 * GIB, percent: null, message: 'first size' },
  ...{ trackingUrl: null, summary: null, rssBytes: null },
};

test('one line for each change of a stage, however often it is asked', () => {
  const stderr = new PassThrough();
  const view = plainView({ stdout: new PassThrough(), stderr, interactive: false });
  const show = (stage: StageView) => {
    view.update({ dataDate: null, stages: [stage] });
  };
  show({ ...RUNNING, state: 'planning', message: '' });
  show(RUNNING);
  show({ ...RUNNING, percent: 10, message: '2 of 20 trials' });
  show({ ...RUNNING, attempt: 2, memoryBytes: 4 * GIB, message: 'the job was killed at its limit' });
  show({ ...RUNNING, state: 'failed', message: 'it needs more than there is' });
  const lines = String(stderr.read())
    .trim()
    .split('\n')
    .map((line) => line.replace(/^\[[^\]]*\] /, ''));
  expect(lines).toEqual([
    'tune running, limit 2 GiB: first size',
    'tune running, limit 4 GiB, attempt 2: the job was killed at its limit',
    'tune failed: it needs more than there is',
  ]);
});
