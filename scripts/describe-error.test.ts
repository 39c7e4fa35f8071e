import { expect, test } from '@jest/globals';
import { TemperedError } from '../contracts/failure.js';
import { describeError } from './describe-error.js';

test('our errors keep code, message, facts and advice', () => {
  const error = new TemperedError('WRONG_INPUT', 'rows: found 0', {
    field: 'rows',
    advice: 'give some',
    message: 'not this',
  });
  expect(describeError(error)).toEqual({
    code: 'WRONG_INPUT',
    message: 'rows: found 0',
    field: 'rows',
    advice: 'give some',
  });
});

test('a server that went away is the platform, however deep the client wrapped it', () => {
  const status = Object.assign(new Error('14 UNAVAILABLE: refused'), { code: 14, details: 'refused' });
  const wrapped = new Error('Failed to describe', { cause: status });
  expect(describeError(wrapped)).toMatchObject({ code: 'PLATFORM_UNAVAILABLE', advice: 'start it: npx tempered up' });
});

test('anything else is a defect and keeps its stack', () => {
  expect(describeError(new RangeError('oops'))).toMatchObject({ code: 'INTERNAL' });
  expect(describeError(new RangeError('oops')).message).toMatch(/^RangeError: oops\n/);
  expect(describeError('text')).toMatchObject({ code: 'INTERNAL', message: 'text' });
});
