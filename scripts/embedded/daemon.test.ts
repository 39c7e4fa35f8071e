import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { isRunning } from '../../platforms/local/process-identity.js';
import { logTail, startDaemon, stopDaemon } from './daemon.js';
import { waitFor } from './wait-for.js';

const folder = mkdtempSync(join(tmpdir(), 'tempered-daemon-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function start(name: string, script: string) {
  const logPath = join(folder, `${name}.log`);
  return { logPath, daemon: startDaemon({ program: process.execPath, args: ['-e', script], logPath }) };
}

function saidReady(logPath: string): Promise<boolean | undefined> {
  return waitFor(() => readFileSync(logPath, 'utf8').includes('ready') || undefined, 8_000);
}

test('a daemon runs, writes to its log, and ends when asked', async () => {
  const { logPath, daemon } = start('polite', "console.log('ready'); setInterval(() => {}, 1000)");
  const identity = await daemon;
  expect(await saidReady(logPath)).toBe(true);
  expect(isRunning(identity)).toBe(true);
  await expect(stopDaemon(identity, 5_000)).resolves.toBe('stopped');
  await expect(stopDaemon(identity, 5_000)).resolves.toBe('was-gone');
});

test('one that does not listen is killed', async () => {
  const { logPath, daemon } = start(
    'stubborn',
    "process.on('SIGTERM', () => {}); console.log('ready'); setInterval(() => {}, 1000)",
  );
  const identity = await daemon;
  expect(await saidReady(logPath)).toBe(true);
  await expect(stopDaemon(identity, 100)).resolves.toBe('killed');
  expect(isRunning(identity)).toBe(false);
});

test('the last lines of a log are there for a message', async () => {
  const { logPath, daemon } = start(
    'talker',
    "for (let i = 1; i <= 30; i++) console.log('line', i); console.log('ready')",
  );
  await daemon;
  await saidReady(logPath);
  expect(logTail(logPath)).toMatch(/ {2}line 30\n {2}ready$/);
  expect(logTail(logPath)).not.toContain('line 10\n');
  expect(logTail(join(folder, 'none.log'))).toContain('empty');
});

test('a program that is not there is an error', async () => {
  await expect(
    startDaemon({ program: join(folder, 'none'), args: [], logPath: join(folder, 'none.log') }),
  ).rejects.toThrow('ENOENT');
});
