import { expect, test } from '@jest/globals';
import { cronProblem } from './cron.js';

test.each(['30 3 * * *', '*/15 8-18 * * mon-fri', '0 0 1,15 jan,JUL *', '5/10 * * * 7', '@daily', '  0   12 * * 0 '])(
  'takes %s',
  (expression) => expect(cronProblem(expression)).toBeUndefined(),
);

test.each([
  { expression: '60 3 * * *', names: 'minute' },
  { expression: '0 24 * * *', names: 'hour' },
  { expression: '0 0 0 * *', names: 'day of month' },
  { expression: '0 0 * 13 *', names: 'month' },
  { expression: '0 0 * * mondays', names: 'day of week' },
  { expression: '0 18-8 * * *', names: 'hour' },
  { expression: '*/0 * * * *', names: 'minute' },
  { expression: '1,,2 * * * *', names: 'minute' },
  { expression: '0 3 * *', names: 'five fields' },
  { expression: '@nightly', names: '@daily' },
])('refuses $expression and names $names', ({ expression, names }) => expect(cronProblem(expression)).toContain(names));
