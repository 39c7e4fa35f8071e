import { expect, test } from '@jest/globals';
import { jobKeyOf } from './job-key.js';

test('a job key names workflow, stage, content and attempt, and is safe as a path', () => {
  expect(jobKeyOf({ workflowId: 'nightly/2026-11-20T02:30:00Z', stage: 'etl', stageKey: '0123456789abcdef' }, 2)).toBe(
    'nightly_2026-11-20T02_30_00Z/etl-01234567-a2',
  );
});
