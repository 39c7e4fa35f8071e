import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { withLock } from './lock.js';

const folder = mkdtempSync(join(tmpdir(), 'tempered-lock-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('two bodies never run at once, and the lock is gone afterwards', async () => {
  const path = join(folder, 'one.lock');
  let inside = 0;
  const body = async () => {
    inside += 1;
    expect(inside).toBe(1);
    await new Promise(setImmediate);
    inside -= 1;
  };
  await Promise.all([withLock(path, body), withLock(path, body), withLock(path, body)]);
  expect(existsSync(path)).toBe(false);
});

test('a body that fails gives the lock back', async () => {
  const path = join(folder, 'two.lock');
  await expect(withLock(path, () => Promise.reject(new Error('red')))).rejects.toThrow('red');
  expect(existsSync(path)).toBe(false);
});

test.each([
  { given: 'of a process that has ended', content: JSON.stringify({ pid: 999_999_999, startedAt: 'x' }) },
  {
    given: 'whose pid belongs to another process now',
    content: JSON.stringify({ pid: process.pid, startedAt: 'earlier' }),
  },
  { given: 'without content', content: '' },
])('a lock $given is taken over', async ({ content }) => {
  const path = join(folder, 'stale.lock');
  writeFileSync(path, content);
  await expect(withLock(path, () => Promise.resolve('done'))).resolves.toBe('done');
  expect(existsSync(path)).toBe(false);
});
