import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { LocalHarness } from '../../test/contracts/local-harness.js';
import { openLocalHarness } from '../../test/contracts/local-harness.js';
import { untilOver, untilReporting } from '../../test/contracts/platform.js';
import { eventually } from '../../test/harness/eventually.js';
import type { JobHandle } from '../../contracts/job-handle.js';
import { writeJsonAtomically } from './atomic-file.js';
import { MemoryLedger } from './memory-ledger.js';
import { identify } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';

const GIB = 2 ** 30;
const PATIENCE = { withinMs: 30_000, everyMs: 20 };

describe('the memory ledger', () => {
  let directory: string;
  let ledger: MemoryLedger;
  let holder: ProcessIdentity;
  const take = (key: string, gibibytes: number, by = holder) =>
    ledger.join({ key, memoryBytes: gibibytes * GIB, holder: by });
  const turn = (ticket: string, gibibytes: number) => ledger.turn(ticket, gibibytes * GIB);

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tempered-ledger-'));
    ledger = new MemoryLedger({ directory, budgetBytes: 10 * GIB });
    const self = identify(process.pid);
    if (!self) throw new Error('this process runs');
    holder = self;
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  test('jobs that fit together run together', () => {
    const [a, b] = [take('a', 6), take('b', 4)];
    expect(turn(a, 6)).toEqual({ granted: true });
    expect(turn(b, 4)).toEqual({ granted: true });
  });

  test('who does not fit waits, and is told for whom and how much is free', () => {
    const [, b] = [take('a', 6), take('b', 6)];
    expect(turn(b, 6)).toEqual({
      granted: false,
      message: 'waits for a (6 GiB): needs 6 GiB, 4 GiB of 10 GiB are free',
    });
  });

  test('a small job does not overtake a large one that waits, so the large one is not starved', () => {
    const [a, b, c] = [take('a', 6), take('b', 6), take('c', 3)];
    expect(turn(c, 3)).toMatchObject({ granted: false });
    ledger.leave(a);
    expect(turn(b, 6)).toEqual({ granted: true });
    expect(turn(c, 3)).toEqual({ granted: true });
  });

  test('the claim of a process that died, or whose pid is another one now, is void', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    await once(child, 'spawn');
    const dying = identify(child.pid ?? 0);
    if (!dying) throw new Error('the child runs');
    take('dies', 9, dying);
    take('born-again', 9, { ...holder, startedAt: 'long ago' });
    const mine = take('mine', 9);
    expect(turn(mine, 9)).toMatchObject({
      granted: false,
      message: expect.stringContaining('dies (9 GiB)') as unknown,
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(turn(mine, 9)).toEqual({ granted: true });
    expect(readdirSync(directory)).toEqual([mine]);
  });

  test('while somebody takes a number nobody starts; if that one dies, all go on', () => {
    const mine = take('mine', 1);
    writeJsonAtomically(join(directory, 'choosing-1'), { key: 'slow', memoryBytes: GIB, holder });
    expect(turn(mine, 1)).toMatchObject({ granted: false });
    writeJsonAtomically(join(directory, 'choosing-1'), {
      key: 'slow',
      memoryBytes: GIB,
      holder: { ...holder, startedAt: 'long ago' },
    });
    expect(turn(mine, 1)).toEqual({ granted: true });
  });
});

let harness: LocalHarness;
beforeAll(() => {
  harness = openLocalHarness({ memoryBudgetBytes: 256 * 2 ** 20 });
});
afterAll(() => harness.close());

test('jobs that do not fit together run one after the other, in the order in which they came', async () => {
  const { platform } = harness;
  const resources = { memoryBytes: 160 * 2 ** 20, cpus: 1, diskBytes: 0 };
  const note = (what: string) => `
with open(FOLDER.parent / "journal", "a") as file:
    file.write(f"${what} {FOLDER.name}\\n")
`;
  const names = ['one', 'two', 'three'];
  const handles: JobHandle[] = [];
  for (const name of names) {
    const source = `${note('start')}\nreport()\nwait_for("go")\n${note('end')}`;
    const handle = await platform.submit(await harness.makeJob(name, source, { resources }));
    handles.push(handle);
    // The order of the queue is that in which supervisors join it, so each is seen in it before the next one is submitted.
    if (name === 'one') await untilReporting(platform, handle);
    else await eventually(async () => JSON.stringify(await platform.poll(handle)).includes('waits for'), PATIENCE);
  }
  for (const [index, handle] of handles.entries()) {
    await untilReporting(platform, handle);
    for (const later of handles.slice(index + 1)) {
      await expect(platform.poll(later)).resolves.toMatchObject({ kind: 'queued' });
    }
    writeFileSync(join(harness.folder, 'jobs', names[index] ?? '', 'go'), '');
    await expect(untilOver(platform, handle)).resolves.toMatchObject({ kind: 'exited' });
  }
  const journal = readFileSync(join(harness.folder, 'jobs', 'journal'), 'utf8');
  expect(journal.trim().split('\n')).toEqual(names.flatMap((name) => [`start ${name}`, `end ${name}`]));
});
