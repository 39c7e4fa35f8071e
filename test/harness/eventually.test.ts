import { expect, test } from '@jest/globals';
import { eventually } from './eventually.js';

test('a check that passes at the third time of asking is asked three times', async () => {
  let asked = 0;
  const answer = await eventually(() => (++asked === 3 ? 'yes' : false), { withinMs: 1_000, everyMs: 1 });
  expect({ answer, asked }).toEqual({ answer: 'yes', asked: 3 });
});

test('an expectation that comes true passes', async () => {
  const seen: number[] = [];
  await eventually(
    () => {
      seen.push(seen.length);
      expect(seen).toHaveLength(3);
    },
    { withinMs: 1_000, everyMs: 1 },
  );
  expect(seen).toEqual([0, 1, 2]);
});

test('a check that never passes fails with what it said last', async () => {
  const check = () => {
    throw new Error('the job is still running');
  };
  await expect(eventually(check, { withinMs: 20, everyMs: 1 })).rejects.toThrow(
    'not so within 20 ms: the job is still running',
  );
});
