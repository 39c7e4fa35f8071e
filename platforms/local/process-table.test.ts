import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { findProcess, listProcesses } from './process-table.js';
import type { ProcessRow } from './process-table.js';

/** Reads the process table as macOS does: by `ps`, which Linux has too. */
const BY_PS = `
Object.defineProperty(process, 'platform', { value: 'darwin' });
const { findProcess, listProcesses } = await import('${new URL('./process-table.js', import.meta.url).href}');
const pid = Number(process.argv[1]);
console.log(JSON.stringify([findProcess(pid), listProcesses().find((row) => row.pid === pid), findProcess(2 ** 22 + 1) ?? null]));
`;

test('a process is found with its parent, group, start and memory until it ends', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { detached: true });
  await once(child, 'spawn');
  const row = findProcess(child.pid ?? 0);
  expect(row).toMatchObject({ pid: child.pid, parentPid: process.pid, groupId: child.pid });
  expect(row?.startedAt).toMatch(/./);
  expect(listProcesses().map(({ pid }) => pid)).toContain(child.pid);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(findProcess(child.pid ?? 0)).toBeUndefined();
});

test('ps tells the same as /proc', () => {
  const args = ['--input-type=module', '-e', BY_PS, String(process.pid)];
  const [found, listed, none] = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as ProcessRow[];
  const own = findProcess(process.pid);
  expect(found).toMatchObject({ pid: process.pid, parentPid: process.ppid, groupId: own?.groupId });
  expect(listed).toMatchObject({ pid: process.pid, startedAt: found?.startedAt });
  expect(found?.startedAt).toMatch(/^\w+ \w+ +\d+ [\d:]{8} \d{4}$/);
  expect((found?.rssBytes ?? 0) / (own?.rssBytes ?? 1)).toBeCloseTo(1, 0);
  expect(none).toBeNull();
});
