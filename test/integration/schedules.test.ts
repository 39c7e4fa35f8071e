import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { type TestPlatform, withPlatform } from '../harness/platform.js';

const NIGHTLY = { workflow: 'salary', cron: '30 3 * * *', timezone: 'UTC', input: { rows: 1000 } };

const Changes = z.object({ changes: z.record(z.string(), z.string()) });
const Rows = z.object({
  schedules: z.array(z.object({ name: z.string(), state: z.string(), nextAt: z.string().nullable() })),
});
const Trigger = z.object({
  kind: z.string(),
  runId: z.string().optional(),
  runningRunIds: z.array(z.string()).optional(),
});
const Runs = z.object({
  runs: z.array(z.object({ runId: z.string(), status: z.string(), startedBy: z.string().nullable() })),
});

async function ask<T>(platform: TestPlatform, schema: z.ZodType<T>, ...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await platform.tempered(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return schema.parse(JSON.parse(stdout));
}

async function apply(platform: TestPlatform, schedules: object, ...flags: readonly string[]) {
  await writeFile(join(platform.folder, 'tempered.json'), JSON.stringify({ schedules }));
  return (await ask(platform, Changes, 'schedule', 'apply', ...flags)).changes;
}

test('schedules become what the profile declares: created, updated, kept, pruned', async () => {
  await withPlatform({}, async (platform) => {
    expect(await apply(platform, { nightly: NIGHTLY })).toEqual({ nightly: 'created' });
    expect(await apply(platform, { nightly: NIGHTLY })).toEqual({ nightly: 'unchanged' });
    const [row] = (await ask(platform, Rows, 'schedule', 'list')).schedules;
    expect(row).toMatchObject({ name: 'nightly', state: 'active' });
    expect(row?.nextAt).toMatch(/T03:30:00\.000Z$/);

    const later = { ...NIGHTLY, cron: '45 4 * * *' };
    expect(await apply(platform, { nightly: later })).toEqual({ nightly: 'updated' });
    expect((await ask(platform, Rows, 'schedule', 'list')).schedules[0]?.nextAt).toMatch(/T04:45:00\.000Z$/);
    expect(await apply(platform, {})).toEqual({ nightly: 'undeclared' });
    expect(await apply(platform, {}, '--prune')).toEqual({ nightly: 'deleted' });
    expect((await ask(platform, Rows, 'schedule', 'list')).schedules).toEqual([]);
  });
});

test('a schedule that was paused by hand stays paused when the profile changes', async () => {
  await withPlatform({ schedules: { nightly: NIGHTLY } }, async (platform) => {
    const state = async () => (await ask(platform, Rows, 'schedule', 'list')).schedules[0]?.state;
    expect(await state()).toBe('not-applied');
    await ask(platform, Changes, 'schedule', 'apply');
    await platform.tempered('schedule', 'pause', 'nightly', '--note', 'the disk is being replaced');
    expect(await apply(platform, { nightly: { ...NIGHTLY, cron: '@daily' } })).toEqual({ nightly: 'updated' });
    expect(await state()).toBe('paused');
    await platform.tempered('schedule', 'resume', 'nightly');
    expect(await state()).toBe('active');

    await apply(platform, { nightly: { ...NIGHTLY, paused: true } });
    expect(await state()).toBe('paused');
    await apply(platform, { nightly: NIGHTLY });
    expect(await state()).toBe('active');
  });
});

test('a schedule triggered twice runs once: the second trigger names the running run', async () => {
  await withPlatform({ schedules: { nightly: NIGHTLY } }, async (platform) => {
    await ask(platform, Changes, 'schedule', 'apply');
    process.kill(platform.pidOf('orchestrator'), 'SIGKILL'); // so the run cannot end before it is looked at
    const first = await ask(platform, Trigger, 'schedule', 'trigger', 'nightly');
    expect(first).toMatchObject({ kind: 'started', runId: expect.stringMatching(/^nightly-/) });
    const second = await ask(platform, Trigger, 'schedule', 'trigger', 'nightly');
    expect(second).toEqual({ kind: 'skipped', runningRunIds: [first.runId] });
    const { runs } = await ask(platform, Runs, 'runs');
    expect(runs).toEqual([{ runId: first.runId, status: 'running', startedBy: 'nightly' }]);
  });
});

test('an unknown schedule is refused with those that exist', async () => {
  await withPlatform({ schedules: { nightly: NIGHTLY } }, async (platform) => {
    await ask(platform, Changes, 'schedule', 'apply');
    const { code, stderr } = await platform.tempered('schedule', 'trigger', 'nigthly');
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean nightly?');
  });
});
