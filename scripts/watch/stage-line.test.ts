import { expect, test } from '@jest/globals';
import type { StageSummary } from '../../contracts/stage-record.js';
import type { StageView } from './snapshot.js';
import { stageLine } from './stage-line.js';

const GIB = 2 ** 30;
const SUMMARY: StageSummary = {
  ...{ stage: 'etl', stageKey: 'k', cache: 'miss', because: 'never run', attempts: 2, seconds: 12.34 },
  ...{
    rowsIn: 10,
    rowsOut: 1_000_000,
    rowsRejected: 0,
    bytes: 1,
    peakBytes: 1.5 * GIB,
    memoryBytes: 2 * GIB,
    salvaged: null,
    decisions: [],
  },
};
const STAGE: StageView = {
  ...{ stage: 'etl', state: 'running', attempt: 1, memoryBytes: 2 * GIB, percent: null, message: '' },
  ...{ trackingUrl: null, summary: null, rssBytes: null },
};

test.each([
  { given: STAGE, reads: 'running, limit 2 GiB' },
  {
    given: { ...STAGE, percent: 41.6, rssBytes: GIB, attempt: 2, message: '5 of 12 tasks' },
    reads: 'running 42 %, 1 GiB of 2 GiB, attempt 2: 5 of 12 tasks',
  },
  {
    given: { ...STAGE, state: 'done', summary: SUMMARY },
    reads: 'done, 1,000,000 rows, 12.3 s, peak 1.5 GiB, 2 attempts',
  },
  {
    given: { ...STAGE, state: 'done', summary: { ...SUMMARY, cache: 'hit', because: 'unchanged' } },
    reads: 'from cache, 1,000,000 rows: unchanged',
  },
  {
    given: { ...STAGE, state: 'done', summary: { ...SUMMARY, salvaged: { before: 3, now: 9, unit: 'chunks' } } },
    reads: 'done, 1,000,000 rows, 12.3 s, peak 1.5 GiB, 2 attempts, 3 chunks done before, 9 now',
  },
  {
    given: { ...STAGE, state: 'waiting', message: 'the same again after 60 s' },
    reads: 'waiting: the same again after 60 s',
  },
  { given: { ...STAGE, state: 'failed', message: 'no rows' }, reads: 'failed: no rows' },
] as const)('$reads', ({ given, reads }) => expect(stageLine(given)).toBe(reads));
