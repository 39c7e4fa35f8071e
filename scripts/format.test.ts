import { expect, test } from '@jest/globals';
import { formatCount, formatMetric, formatSeconds } from './format.js';

test.each([
  { seconds: 0.4211, text: '0.42 s' },
  { seconds: 12.34, text: '12.3 s' },
  { seconds: 245, text: '4 min 05 s' },
  { seconds: 119.97, text: '120.0 s' },
  { seconds: 179.7, text: '3 min 00 s' },
])('$seconds s reads $text', ({ seconds, text }) => expect(formatSeconds(seconds)).toBe(text));

test('counts have commas, whatever the language of the machine', () =>
  expect(formatCount(30_000_000)).toBe('30,000,000'));

test.each([
  { value: 673131597.3910482, text: '673132000' },
  { value: -0.0034, text: '-0.0034' },
  { value: 100, text: '100' },
])('a metric of $value reads $text', ({ value, text }) => expect(formatMetric(value)).toBe(text));
