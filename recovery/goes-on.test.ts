import { expect, test } from '@jest/globals';
import { classify } from './classify.js';

const FAILURES: readonly (readonly [string, string])[] = [
  ['a logged error', '2026-03-02 10:00:00 ERROR trainer CUDA out of memory. Tried to allocate 2.00 GiB'],
  ['a traceback', 'Traceback (most recent call last):\n  File "a.py", line 1, in f\nMemoryError'],
  ['a stack of a JVM', 'ERROR Cache: java.lang.OutOfMemoryError: Java heap space\n\tat a.b.C.d(C.java:1)'],
];
const END = 'step 100 done\nERROR: upload refused (403)\n';

const after = (failure: string, said: string) =>
  classify({ engine: 'python', exit: { code: 1 }, logTail: `${failure}\n${said}\n${END}` }).kind;

test.each([
  'falling back to chunks',
  'spilling to disk',
  'moved model to CPU',
  'reduced batch size to 32',
  'batch size reduced to 8',
  'splitting chunk in two',
  'cleared CUDA cache and re-ran step',
  'second attempt succeeded',
  'caught, ignoring',
  'sampling 10% of rows instead',
  'resubmitted with 8g',
])('a program that says `%s` has survived', (said) => {
  expect(FAILURES.map(([, failure]) => after(failure, said))).not.toContain('out-of-memory');
});

test.each([
  'Consider reducing batch size to 32',
  'You could switch to CPU',
  'a.py:12: FutureWarning: foo is deprecated, use bar instead.',
  'uploading logs',
  'Error: Process completed with exit code 1.',
])('`%s` says nothing of it', (said) => {
  expect(new Set(FAILURES.map(([, failure]) => after(failure, said)))).toEqual(new Set(['out-of-memory']));
});
