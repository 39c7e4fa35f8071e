import { expect, test } from '@jest/globals';
import { PIPELINES } from '../contracts/pipelines/index.js';
import { TemperedError } from '../contracts/failure.js';
import { parseInput } from './input-errors.js';

function refusal(value: unknown): TemperedError {
  try {
    parseInput(PIPELINES.salary.input, value, 'input of salary');
  } catch (error) {
    if (error instanceof TemperedError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

test('an empty input gets every default', () => {
  expect(parseInput(PIPELINES.salary.input, {}, 'input of salary')).toMatchObject({
    rows: 1_000_000,
    search: 'optuna',
  });
});

test.each([
  { given: { rows: 0 }, says: 'rows: found 0, allowed is a whole number from 1 to 10000000000' },
  { given: { rows: -5 }, says: 'rows: found -5' },
  { given: { rows: 1e12 }, says: 'rows: found 1000000000000' },
  { given: { rows: '1000' }, says: 'rows: found "1000", allowed is a whole number' },
  { given: { rows: 1.5 }, says: 'rows: found 1.5, allowed is a whole number' },
  { given: { csv: 1 }, says: 'csv: found 1, allowed is true or false' },
  { given: { trails: 50 }, says: 'trails: found an unknown field' },
  { given: { trails: 50 }, says: 'did you mean "trials"?' },
  { given: { search: 'optuma' }, says: 'allowed is "optuna" or "report-grid" (did you mean "optuna"?)' },
  { given: { learners: ['lightgbm', 'xgbost'] }, says: 'learners[1]: found "xgbost"' },
  { given: { learners: [] }, says: 'learners: found [], allowed is a list of at least 1 of' },
  { given: { dataDate: '2026-02-30' }, says: 'dataDate: found "2026-02-30", allowed is a date as 2026-11-20 or null' },
  { given: { model: 'My Model' }, says: 'lower-case letters, digits and hyphens, a letter first' },
  { given: [], says: '(document): found [], allowed is an object' },
  { given: null, says: '(document): found null, allowed is an object' },
])('refuses $given: $says', ({ given, says }) => {
  expect(refusal(given)).toMatchObject({ code: 'WRONG_INPUT' });
  expect(refusal(given).message).toContain(says);
});

test('lists every problem at once and names the first field as a fact', () => {
  const { message, details } = refusal({ rows: 0, trials: 0, foo: 1 });
  expect(message).toContain('3 problems');
  expect(details).toMatchObject({
    field: 'rows',
    problems: [{ field: 'rows' }, { field: 'trials' }, { field: 'foo' }],
  });
});
