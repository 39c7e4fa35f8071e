import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { PolicyRun } from '../../scripts/demo-oom/run-policy.js';
import { projectRoot } from '../../settings/home.js';
import { eventually } from '../harness/eventually.js';
import { withHome } from '../harness/home.js';
import { processesWith, withPlatform } from '../harness/platform.js';

const SMALL = ['--rows', '3000000', '--trees', '4', '--memory', '512MiB'] as const;

/** What one run came to, without its numbers. */
function outline({ policy, ending, attempts, result }: PolicyRun) {
  const deaths = attempts.flatMap(({ verdict }) => (verdict ? [`${verdict.kind} ${verdict.region ?? ''}`] : []));
  return { policy, ending, deaths: [...new Set(deaths)], attempts: attempts.length, measured: result !== null };
}

test("the report's crash is recovered from at the same limit, never ends under blind retry, and leaves a user's platform alone", async () => {
  await withPlatform({}, async ({ folder, tempered }) => {
    const { code, stdout, stderr } = await tempered('demo-oom', ...SMALL, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { runs } = JSON.parse(stdout) as { readonly runs: readonly [PolicyRun, PolicyRun, PolicyRun] };
    const [ladder, retry, doubling] = runs;
    const deaths = ['out-of-memory container'];
    expect(outline(ladder)).toEqual({ policy: 'ladder', ending: 'succeeded', deaths, attempts: 2, measured: true });
    expect(outline(retry)).toEqual({ policy: 'blind-retry', ending: 'failed', deaths, attempts: 6, measured: false });
    expect(doubling.attempts[1]?.memoryBytes).toBe(2 * ladder.limitBytes);

    const limits = new Set(ladder.attempts.map(({ memoryBytes }) => memoryBytes));
    expect([...limits]).toEqual([ladder.limitBytes]);
    expect(ladder.attempts.map(({ settings }) => settings['collect'])).toEqual([true, false]);
    expect(ladder.attempts[0]?.decision).toContain('collect true -> false');
    expect(ladder.result?.metrics.r2).toBeGreaterThan(0.5);
    expect(ladder.result?.metrics.mse).toBeLessThan((ladder.result?.baseline.mse ?? 0) * 0.5);
    expect(retry.gibHours).toBeGreaterThan(0);
    expect(retry.stages.map(({ stage, cache }) => `${stage} ${cache}`)).toEqual(['generate hit', 'etl hit']);

    expect(processesWith(join(folder, 'demo-oom'))).toEqual([]);
    const status = await tempered('status');
    const own = JSON.parse((await tempered('runs', '--json')).stdout) as { readonly runs: readonly unknown[] };
    expect({ status: status.code, runs: own.runs }).toEqual({ status: 0, runs: [] });
  });
});

test('Ctrl-C in the middle of a job leaves nothing running', async () => {
  await withHome(async ({ folder, env }) => {
    const args = [join(projectRoot, 'bin', 'tempered.mjs'), 'demo-oom', '--rows', '300000000'];
    const demo = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const closed = once(demo, 'close');
    let told = '';
    demo.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
    await eventually(() => told.includes('generate running'), { withinMs: 90_000 });
    demo.kill('SIGINT');
    expect(await closed).toEqual([130, null]);
    expect(processesWith(folder)).toEqual([]);
  });
});
