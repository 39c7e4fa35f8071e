import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

test('an error of a Node module is an Error, as it is outside of Jest', () => {
  const read = () => readFileSync('/no/such/file');
  expect(read).toThrow('ENOENT');
  try {
    read();
  } catch (error) {
    expect(error instanceof Error).toBe(true);
    expect(error instanceof TypeError).toBe(false);
  }
  expect({} instanceof Error).toBe(false);
});
