import { expect, test } from '@jest/globals';
import type { Evidence } from '../contracts/evidence.js';
import type { Verdict } from '../contracts/verdict.js';
import { findRequestedBytes } from './requested-bytes.js';

const GIB = 2 ** 30;
const VERDICT: Verdict = { kind: 'out-of-memory', certainty: 'definite', region: 'python-worker', evidence: [] };

function said(errorMessage: string): Evidence {
  return { engine: 'python', errorMessage };
}

test.each([
  ['Unable to allocate 74.5 GiB for an array with shape (100000, 100000) and data type float64', 74.5 * GIB],
  ['Unable to allocate 512. bytes for an array with shape (64,) and data type float64', 512],
  ['malloc of size 8589934592 failed', 8 * GIB],
  ['realloc of size 1073741824 failed', GIB],
  ['[UNABLE_TO_ACQUIRE_MEMORY] Unable to acquire 65536 bytes of memory, got 0. SQLSTATE: 53200', 65536],
  [
    'java.lang.OutOfMemoryError: Cannot reserve 1073741824 bytes of direct buffer memory (allocated: 8192, limit: 1048576)',
    GIB,
  ],
  ['# Native memory allocation (mmap) failed to map 1073741824 bytes for committing reserved memory.', GIB],
  ["DefaultCPUAllocator: can't allocate memory: you tried to allocate 4294967296 bytes. Error code 12", 4 * GIB],
  ['memory allocation of 2147483648 bytes failed', 2 * GIB],
  ['Error: cannot allocate vector of size 74.5 Gb', 74.5 * GIB],
  ['runtime: out of memory: cannot allocate 4294967296-byte block (1048576 in use)', 4 * GIB],
  ['fatal: Failed to allocate 4096 bytes', 4096],
])('reads %s', (message, bytes) => {
  expect(findRequestedBytes(said(message), VERDICT)).toBe(bytes);
});

test.each([
  '',
  'std::bad_alloc',
  'Java heap space',
  'malloc of size many failed',
  'wrote 74.5 GiB',
  'Unable to allocate . GiB for an array',
])('reads nothing from "%s"', (message) => {
  expect(findRequestedBytes(said(message), VERDICT)).toBeNull();
});

test('the cause comes first: message, quotation, reason, then the last lines of the log from the end', () => {
  const line = (size: number) => `malloc of size ${String(size)} failed`;
  const logTail = `${line(4)}\n${line(5)}\n`;
  const quoting: Verdict = { ...VERDICT, evidence: [{ rule: 'r', quote: line(2) }] };
  const evidence: Evidence = { engine: 'python', errorMessage: line(1), reason: line(3), logTail };
  expect(findRequestedBytes(evidence, quoting)).toBe(1);
  expect(findRequestedBytes({ ...evidence, errorMessage: null }, quoting)).toBe(2);
  expect(findRequestedBytes({ ...evidence, errorMessage: null }, VERDICT)).toBe(3);
  expect(findRequestedBytes({ engine: 'python', logTail }, VERDICT)).toBe(5);
});

test('an allocation that the program survived long before its end is not the cause', () => {
  const logTail = `malloc of size 8589934592 failed, trying smaller\n${'working\n'.repeat(50)}Killed\n`;
  expect(findRequestedBytes({ engine: 'python', logTail }, VERDICT)).toBeNull();
});

test('only a failure for the memory of the job itself has asked for some', () => {
  expect(findRequestedBytes(said('malloc of size 8 failed'), { ...VERDICT, kind: 'bug', region: null })).toBeNull();
  expect(findRequestedBytes(said('malloc of size 8 failed'), { ...VERDICT, region: 'gpu' })).toBeNull();
});
