import { expect, test } from '@jest/globals';
import { newRunId } from './run-id.js';

test('an id tells pipeline and local time, and two of one second differ', () => {
  const now = new Date(2026, 10, 20, 3, 15, 7);
  const ids = Array.from({ length: 20 }, () => newRunId('salary', now));
  for (const id of ids) expect(id).toMatch(/^salary-20261120-031507-[a-z0-9]{4}$/);
  expect(new Set(ids).size).toBeGreaterThan(1);
});
