import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { eventually } from '../../test/harness/eventually.js';
import { findProcess, findWork } from './process-table.js';
import { WorkMeter } from './work-meter.js';

const PATIENCE = { withinMs: 15_000, everyMs: 20 };
const folder = mkdtempSync(join(import.meta.dirname, 'work-meter-')); // the temporary folder may lie in memory, where nothing moves
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a Python program until it has said something; after its last line it rests until the end of its input. */
async function program(source: string) {
  const child = spawn(
    'python3',
    ['-c', `import os, sys, time\n${source}\nprint("done", flush=True)\nsys.stdin.read()`],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  if (child.pid === undefined) throw new Error('python3 cannot be started');
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return Object.assign(child, { pid: child.pid, said: said.toString() });
}

async function end(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  await once(child, 'exit');
}

const COMPUTES = `
while time.process_time() < 0.5:
    pass
`;

// What macOS tells by ps is too coarse: there the sums are null.
(process.platform === 'linux' ? test : test.skip)(
  'work is summed over processes, and one that ends takes nothing away',
  async () => {
    const meter = new WorkMeter();
    expect(meter.read([])).toEqual({ cpuSeconds: null, diskBytes: null });
    const [one, other] = await Promise.all([program(COMPUTES), program(COMPUTES)]);
    const both = meter.read([one.pid, other.pid]).cpuSeconds ?? 0;
    expect(both).toBeGreaterThanOrEqual(1);
    await end(one);
    const rest = meter.read([other.pid]).cpuSeconds ?? 0;
    expect(rest).toBeGreaterThanOrEqual(both);
    expect(rest).toBeLessThan(both + 0.5);
    await end(other);
    expect(meter.read([]).cpuSeconds).toBe(rest);
  },
);

(process.platform === 'linux' ? test : test.skip)(
  'a child counts once, whether it runs, waits to be buried, or is buried',
  async () => {
    const parent = await program(`
child = os.fork()
if child == 0:
    while time.process_time() < 0.5:
        pass
    os._exit(0)
os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
print(child, flush=True)
sys.stdin.readline()
os.waitpid(child, 0)
`);
    const child = Number(parent.said);
    const meter = new WorkMeter();
    expect(findProcess(child)).toBeUndefined();
    const before = meter.read([parent.pid, child]).cpuSeconds ?? 0;
    expect(before).toBeGreaterThanOrEqual(0.5);
    parent.stdin.write('\n');
    await eventually(() => findWork(child) === undefined, PATIENCE);
    const after = meter.read([parent.pid]).cpuSeconds ?? 0;
    expect(after - before).toBeCloseTo(0, 1);
    await end(parent);
  },
);

(process.platform === 'linux' ? test : test.skip)(
  'what is written to a disk counts, what is kept in memory does not',
  async () => {
    const writer = await program(`
with open(${JSON.stringify(join(folder, 'file'))}, "wb") as file:
    file.write(b"x" * (8 << 20))
    os.fsync(file.fileno())
`);
    const idler = await program('held = b"x" * (8 << 20)');
    expect(new WorkMeter().read([writer.pid]).diskBytes).toBeGreaterThanOrEqual(8 * 2 ** 20);
    expect(new WorkMeter().read([idler.pid]).diskBytes).toBeLessThan(8 * 2 ** 20);
    await Promise.all([end(writer), end(idler)]);
  },
);
