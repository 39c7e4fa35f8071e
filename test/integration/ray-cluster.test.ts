import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { followToTheEnd } from '../contracts/followed-log.js';
import { describePlatformContract, untilOver, untilReporting } from '../contracts/platform.js';
import * as programs from '../contracts/programs.js';
import { openRayHarness, type RayHarness } from '../contracts/ray-harness.js';
import { eventually } from '../harness/eventually.js';
import { processesWith } from '../harness/platform.js';
import { START_WITHIN_MS } from '../harness/ray-head.js';

/** One head for all: it takes its time to start. */
let harness: RayHarness;
beforeAll(async () => {
  harness = await openRayHarness();
}, START_WITHIN_MS);
afterAll(() => harness.close(), START_WITHIN_MS);

describePlatformContract('ray-cluster', () => Promise.resolve({ ...harness, close: () => Promise.resolve() }));

describe('jobs on a real Ray', () => {
  test('a job that asks for more than is free waits, says why, and stopping it leaves nothing to be started', async () => {
    const { platform, head } = harness;
    const { memoryBytes } = platform.largest;
    const half = { memoryBytes: Math.floor(memoryBytes * 0.6), cpus: 0.1, diskBytes: 0 };
    const first = await platform.submit(await harness.makeJob('first', programs.runsOn, { resources: half }));
    await untilReporting(platform, first);
    const job = await harness.makeJob('second', programs.exitsWith(0), { resources: half });
    const second = await platform.submit(job);
    await expect(platform.poll(second)).resolves.toMatchObject({
      kind: 'queued',
      message: expect.stringContaining('resources') as unknown,
    });
    await platform.stop(second, 'cancel');
    await expect(platform.poll(second)).resolves.toMatchObject({ evidence: { stopRequested: 'cancel', exit: null } });
    await platform.stop(first, 'cancel');
    // Now there is room, and Ray does begin what it was asked for: the program itself must not.
    await eventually(
      async () => {
        const { status } = (await (await fetch(`${head.address}/api/jobs/${second.id}`)).json()) as { status: string };
        return status !== 'PENDING' && status !== 'RUNNING';
      },
      { withinMs: 30_000 },
    );
    await expect(harness.countStarts(job)).resolves.toBe(0);
  });

  test('the log of a job is followed while it runs, to its last word', async () => {
    await followToTheEnd({ ...harness, isLive: true });
  });

  test('a signal that ended the program is told as one', async () => {
    const { platform } = harness;
    const job = await harness.makeJob('killed', 'os.kill(os.getpid(), signal.SIGKILL)');
    await expect(untilOver(platform, await platform.submit(job))).resolves.toMatchObject({
      kind: 'failed',
      evidence: { engine: 'python', exit: { code: 137, signal: 'SIGKILL' } },
    });
  });

  test('a Spark job is refused by name', async () => {
    const { platform } = harness;
    const job = await harness.makeJob('refused', programs.exitsWith(0));
    await expect(platform.submit({ ...job, engine: 'spark' })).rejects.toMatchObject({
      code: 'WRONG_INPUT',
      details: { field: 'stages.refused.platform' },
    });
  });

  test(
    'after its head was killed nothing of a job runs; the head restarted, it is lost, unless it has a result',
    async () => {
      const { platform, head } = harness;
      const running = await harness.makeJob('forgotten', programs.runsOn);
      const handle = await platform.submit(running);
      await untilReporting(platform, handle);
      const finished = await harness.makeJob('finished', programs.succeeds);
      const done = await platform.submit(finished);
      await untilOver(platform, done);

      await head.kill();
      await expect(platform.poll(handle)).rejects.toMatchObject({
        code: 'PLATFORM_UNAVAILABLE',
        message: expect.stringContaining(head.address) as unknown,
      });
      await expect(platform.submit(running)).rejects.toMatchObject({ code: 'PLATFORM_UNAVAILABLE' });
      await eventually(() => processesWith(running.entry).length === 0, { withinMs: 20_000 });

      await head.restart();
      await expect(platform.poll(handle)).resolves.toMatchObject({ kind: 'lost' });
      await expect(platform.poll(done)).resolves.toEqual({
        kind: 'exited',
        seconds: 2,
        peakBytes: 1000,
        oomKills: null,
      });
    },
    START_WITHIN_MS,
  );
});
