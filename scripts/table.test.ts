import { expect, test } from '@jest/globals';
import { table } from './table.js';

test('columns are as wide as their widest cell, and numbers stand to the right', () => {
  const rows = [
    ['stage', 'rows'],
    ['etl', '1,000'],
    ['evaluate', '7'],
  ];
  expect(table(rows, [1])).toBe('stage      rows\netl       1,000\nevaluate      7');
});

test('a row may be shorter than the heading', () => {
  expect(table([['a', 'b'], ['x']])).toBe('a  b\nx');
});
