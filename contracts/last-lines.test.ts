import { expect, test } from '@jest/globals';
import { lastLines } from './last-lines.js';

const lines = (count: number, text = 'line') => Array.from({ length: count }, (_, index) => `${text} ${String(index)}`);

test.each([
  ['nothing is known', undefined, []],
  ['it printed nothing', ' \n\n', []],
  ['it printed little', 'one\ntwo\n\n', ['one', 'two']],
  ['it printed much', lines(20).join('\n'), lines(20).slice(-8)],
])('when %s', (_, log, shown) => {
  expect(lastLines(log)).toEqual(shown);
});

test('long lines are cut at their start, so that an error stays in sight', () => {
  expect(lastLines('x'.repeat(10_000)).join('').length).toBe(4_000);
});
