import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openLocalHarness } from '../../test/contracts/local-harness.js';
import type { LocalHarness } from '../../test/contracts/local-harness.js';
import { untilOver } from '../../test/contracts/platform.js';
import { eventually } from '../../test/harness/eventually.js';
import { memoryEnforcement } from './memory-enforcement.js';

const MIB = 2 ** 20;
const LIMIT_BYTES = 128 * MIB;

/** Fills memory in steps, slowly enough to be sampled, quickly enough for a test. */
const grows = (mebibytes: number) => `
def grow():
    held = []
    for step in range(${mebibytes} // 16):
        held.append(b"x" * (16 << 20))
        time.sleep(0.02)
    time.sleep(0.3)
`;

/** A parent whose child grows; the parent says how the child ended and ends as told. */
const parentOfGrowing = (mebibytes: number, exitCode: number) => `${grows(mebibytes)}
child = os.fork()
if child == 0:
    grow()
    os._exit(0)
_, status = os.waitpid(child, 0)
print("child ended by signal", os.WTERMSIG(status), flush=True)
sys.exit(${exitCode})
`;

/** Several processes, each well under the limit, together above it. */
const manyTogether = `${grows(64)}
for _ in range(4):
    if os.fork() == 0:
        grow()
        time.sleep(60)
        os._exit(0)
while True:
    os.wait()
`;

const kernelEnforces = memoryEnforcement().kind !== 'rss-sampling';
const describeWithKernel = kernelEnforces ? describe : describe.skip;

describe('memory limits', () => {
  test('what doctor shows says how limits are enforced and where', () => {
    const { kind, detail, groupsDirectory } = memoryEnforcement();
    expect(['cgroup-v1', 'cgroup-v2', 'rss-sampling']).toContain(kind);
    expect(detail).toMatch(kind === 'rss-sampling' ? /sampled/ : /the kernel enforces limits/);
    expect(groupsDirectory === null).toBe(kind === 'rss-sampling');
  });
});

describeWithKernel('memory limits by the kernel', () => {
  let harness: LocalHarness;
  beforeAll(() => {
    harness = openLocalHarness();
  });
  afterAll(() => harness.close());

  test('a job that grows past its limit is killed: 137, SIGKILL, the kernel counted it, and the peak is the limit', async () => {
    const job = await harness.makeJob('grows', `${grows(400)}\ngrow()`);
    await expect(untilOver(harness.platform, await harness.platform.submit(job))).resolves.toMatchObject({
      kind: 'failed',
      evidence: {
        exit: { code: 137, signal: 'SIGKILL' },
        kernel: { oomKillDelta: 1 },
        memory: { limitBytes: LIMIT_BYTES, peakBytes: LIMIT_BYTES },
        reason: null,
      },
    });
  });

  test('a job that takes too much at once, faster than any sample, also shows the limit as its peak', async () => {
    const job = await harness.makeJob('leaps', 'held = b"x" * (1 << 30)');
    await expect(untilOver(harness.platform, await harness.platform.submit(job))).resolves.toMatchObject({
      evidence: { exit: { code: 137 }, kernel: { oomKillDelta: 1 }, memory: { peakBytes: LIMIT_BYTES } },
    });
  });

  test('a child killed for memory shows, though the parent lives on and ends with a code of its own', async () => {
    const job = await harness.makeJob('pool', parentOfGrowing(400, 1));
    await expect(untilOver(harness.platform, await harness.platform.submit(job))).resolves.toMatchObject({
      kind: 'failed',
      evidence: {
        exit: { code: 1, signal: null },
        kernel: { oomKillDelta: 1 },
        logTail: expect.stringContaining('child ended by signal 9') as unknown,
      },
    });
  });

  test('a killed child shows in the signs of life while its parent runs on, and in the end of one that ends with 0', async () => {
    const { platform } = harness;
    const waits = await platform.submit(
      await harness.makeJob('waits', `${parentOfGrowing(400, 0).replace('sys.exit(0)', '')}\nreport()\nsignal.pause()`),
    );
    await eventually(
      async () => {
        const state = await platform.poll(waits);
        return state.kind === 'running' && state.vitals?.oomKills === 1;
      },
      { withinMs: 30_000 },
    );
    await platform.stop(waits, 'timeout');
    await expect(platform.poll(waits)).resolves.toMatchObject({
      evidence: { kernel: { oomKillDelta: 1 }, stopRequested: 'timeout' },
    });
    const ends = await platform.submit(await harness.makeJob('ends-well', parentOfGrowing(400, 0)));
    await expect(untilOver(platform, ends)).resolves.toMatchObject({ kind: 'exited', oomKills: 1 });
  });

  test('a job that kills itself is no memory failure', async () => {
    const job = await harness.makeJob('kills-itself', 'os.kill(os.getpid(), signal.SIGKILL)');
    await expect(untilOver(harness.platform, await harness.platform.submit(job))).resolves.toMatchObject({
      evidence: { exit: { code: 137, signal: 'SIGKILL' }, kernel: { oomKillDelta: 0 } },
    });
  });

  test('the peak counts what processes hold, and not the page cache that their files leave', async () => {
    const writes = `
with open(FOLDER / "big", "wb") as file:
    for _ in range(300):
        file.write(b"x" * (1 << 20))
held = b"x" * (48 << 20)
time.sleep(0.4)
`;
    const state = await untilOver(
      harness.platform,
      await harness.platform.submit(await harness.makeJob('writes', writes)),
    );
    expect(state).toMatchObject({ kind: 'exited' });
    const peakBytes = state.kind === 'exited' ? state.peakBytes : 0;
    expect(peakBytes).toBeGreaterThan(48 * MIB);
    expect(peakBytes).toBeLessThan(80 * MIB);
  });
});

describe('memory limits by sampling', () => {
  let harness: LocalHarness;
  beforeAll(() => {
    harness = openLocalHarness({ enforcement: 'sampling' });
  });
  afterAll(() => harness.close());

  test('processes that hold too much together are all killed, and the reason says what was seen', async () => {
    const state = await untilOver(
      harness.platform,
      await harness.platform.submit(await harness.makeJob('many', manyTogether)),
    );
    expect(state).toMatchObject({
      kind: 'failed',
      evidence: {
        exit: { code: 137, signal: 'SIGKILL' },
        kernel: { oomKillDelta: null },
        reason: expect.stringMatching(/^memory-limit: the job's processes hold .* its limit is 128 MiB/) as unknown,
      },
    });
    expect(state.kind === 'failed' && state.peakBytes).toBeGreaterThan(LIMIT_BYTES);
  });

  test('a job under its limit is left alone, and its peak is measured over all its processes', async () => {
    const job = await harness.makeJob('modest', parentOfGrowing(64, 0));
    const state = await untilOver(harness.platform, await harness.platform.submit(job));
    expect(state).toMatchObject({ kind: 'exited' });
    expect(state.kind === 'exited' && state.peakBytes).toBeGreaterThan(64 * MIB);
  });

  // RSS would count these pages once for each child; only Linux tells the proportional share.
  (process.platform === 'linux' ? test : test.skip)(
    'pages that forked children share are counted once before a job is killed',
    async () => {
      const shares = `
held = b"x" * (80 << 20)
children = [os.fork() for _ in range(1)]
if children[0] == 0:
    time.sleep(0.5)
    os._exit(0)
os.wait()
`;
      await expect(
        untilOver(harness.platform, await harness.platform.submit(await harness.makeJob('shares', shares))),
      ).resolves.toMatchObject({ kind: 'exited' });
    },
  );
});

test("a supervisor's start loads nothing but its own small files", () => {
  const seen = new Set<string>();
  const visit = (url: URL) => {
    if (seen.has(url.href)) return;
    seen.add(url.href);
    const source = readFileSync(fileURLToPath(url), 'utf8');
    for (const [, specifier = ''] of source.matchAll(/^import [^;]*?['"]([^'"]+)['"]/gm)) {
      if (specifier.startsWith('.')) visit(new URL(specifier, url));
      else expect(specifier).toMatch(/^node:/);
    }
  };
  visit(new URL('./supervisor-main.js', import.meta.url));
  expect(seen.size).toBeGreaterThan(5);
});
