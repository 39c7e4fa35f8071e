import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { identify } from '../../platforms/local/process-identity.js';
import { isAlive, processesWith, type TestPlatform, withPlatform } from '../harness/platform.js';

const Change = z.enum(['started', 'restarted', 'kept']);
const UpDocument = z.object({
  server: z.enum(['started', 'kept']),
  workers: z.object({ orchestrator: Change, jobs: Change }),
  address: z.string(),
});

async function up({ tempered }: TestPlatform) {
  const { code, stdout, stderr } = await tempered('up', '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return UpDocument.parse(JSON.parse(stdout));
}

const PARTS = ['temporal', 'orchestrator', 'jobs'] as const;
const KEPT = { server: 'kept', workers: { orchestrator: 'kept', jobs: 'kept' } };

test('a second up changes nothing, and down leaves nothing running', async () => {
  await withPlatform({}, async (platform) => {
    const pids = PARTS.map((part) => platform.pidOf(part));
    expect(await up(platform)).toMatchObject(KEPT);
    expect(PARTS.map((part) => platform.pidOf(part))).toEqual(pids);
    expect((await platform.tempered('status')).code).toBe(0);

    expect((await platform.tempered('down')).code).toBe(0);
    expect(pids.map(identify)).toEqual([undefined, undefined, undefined]);
    expect(processesWith(platform.folder)).toEqual([]);
    expect((await platform.tempered('status')).code).toBe(3);
    expect((await platform.tempered('down')).stdout).toContain('nothing was running');
  });
});

test('two ups at once start one platform', async () => {
  await withPlatform({}, async (platform) => {
    await platform.tempered('down');
    const [one, other] = await Promise.all([up(platform), up(platform)]);
    expect([one.server, other.server].sort()).toEqual(['kept', 'started']);
    expect(one.address).toBe(other.address);
    expect(processesWith(join(platform.folder, 'temporal.db'))).toHaveLength(1);
  });
});

test('up starts what has died and leaves the rest', async () => {
  await withPlatform({}, async (platform) => {
    process.kill(platform.pidOf('jobs'), 'SIGKILL');
    expect(await up(platform)).toMatchObject({ server: 'kept', workers: { orchestrator: 'kept', jobs: 'started' } });
    process.kill(platform.pidOf('temporal'), 'SIGKILL');
    expect(await up(platform)).toMatchObject({ server: 'started', workers: { orchestrator: 'kept', jobs: 'kept' } });
  });
});

test('workers that run an older profile are replaced', async () => {
  await withPlatform({}, async (platform) => {
    await writeFile(join(platform.folder, 'tempered.json'), JSON.stringify({ stages: { etl: { cpus: 1 } } }));
    expect(await up(platform)).toMatchObject({
      server: 'kept',
      workers: { orchestrator: 'restarted', jobs: 'restarted' },
    });
    expect(await up(platform)).toMatchObject(KEPT);
  });
});

test('a recorded pid that belongs to another process now is neither adopted nor stopped', async () => {
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  try {
    await once(stranger, 'spawn');
    await withPlatform({}, async (platform) => {
      const path = join(platform.folder, 'server.json');
      const record = z.looseObject({}).parse(JSON.parse(await readFile(path, 'utf8')));
      await platform.tempered('down');
      await writeFile(path, JSON.stringify({ ...record, pid: stranger.pid }));
      expect((await platform.tempered('status')).code).toBe(3);
      expect(await up(platform)).toMatchObject({ server: 'started' });
    });
    expect(isAlive(stranger.pid ?? 0)).toBe(true);
  } finally {
    stranger.kill('SIGKILL');
  }
});

test('other ports are found when the usual ones are taken', async () => {
  // Whoever holds it: a platform of a developer, another test, or this one.
  const usual = createServer()
    .on('error', () => undefined)
    .listen(7233, '127.0.0.1');
  try {
    await withPlatform({}, async (platform) => {
      const { address } = await up(platform);
      expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
      expect(address).not.toBe('127.0.0.1:7233');
      expect((await platform.tempered('runs')).code).toBe(0);
    });
  } finally {
    usual.close();
  }
});

test('a wrong profile is refused before anything is started', async () => {
  await withPlatform({}, async (platform) => {
    await platform.tempered('down');
    await writeFile(join(platform.folder, 'tempered.json'), '{ "shedules": {} }');
    const { code, stderr } = await platform.tempered('up');
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean "schedules"?');
    expect(existsSync(join(platform.folder, 'server.json'))).toBe(false);
  });
});
