import { expect, test } from '@jest/globals';
import { clientToken, jobName } from './job-name.js';

test('a name says the stage, fits every service, and is another one for every key', () => {
  const name = jobName('train_forest', 'salary-1/train_forest-01234567-a1');
  expect(name).toMatch(/^tempered-train-forest-[0-9a-f]{16}$/);
  expect(jobName('train_forest', 'salary-1/train_forest-01234567-a2')).not.toBe(name);
});

test('the name of a stage as long as they come has 63 characters at most, and no dash before the dash', () => {
  const name = jobName(`${'a'.repeat(36)}_${'b'.repeat(26)}`, 'key');
  expect(name.length).toBeLessThanOrEqual(63);
  expect(name).toMatch(/^tempered-a{36}-[0-9a-f]{16}$/);
});

test('a token has the 64 characters that services allow', () => {
  expect(clientToken('salary-1/etl-01234567-a1')).toMatch(/^[0-9a-f]{64}$/);
});
