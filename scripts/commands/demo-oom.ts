import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { formatBytes, parseBytes } from '../../contracts/bytes.js';
import { defaultMemoryBudgetBytes } from '../../platforms/local/local-platform.js';
import { stateDir } from '../../settings/home.js';
import { comparison } from '../demo-oom/comparison.js';
import { type Contestant, contestants } from '../demo-oom/contestants.js';
import { type Demo, type PolicyRun, runPolicy } from '../demo-oom/run-policy.js';
import { story } from '../demo-oom/story.js';
import { bringDown } from '../embedded/down.js';
import { withOwnHome } from '../embedded/own-home.js';
import { formatCount } from '../format.js';
import { type Answer, INTERRUPTED, type Io, note } from '../io.js';

/** How large the crash is. */
export interface DemoOomOptions {
  readonly rows: number;
  readonly trees: number;
  /** Limit of the process that the rows are gathered in, as `2GiB`. */
  readonly memory: string;
  readonly json?: boolean;
}

/** What of an earlier demo is not kept: its runs, so that an interrupted one does not go on, and what its jobs left. */
const NOT_KEPT = ['temporal.db', 'temporal.db-shm', 'temporal.db-wal', 'jobs', 'memory', join('data', '_work')];

/** Training on the first policy's way may take this long. */
const LONGEST_MS = 30 * 60_000;

/** The others are stopped when they take this much longer than the first. */
const PATIENCE = 3;

/** Below this a slow machine and a slow policy cannot be told apart. */
const LEAST_PATIENCE_MS = 60_000;

/**
 * `npm run demo:oom`: the published report's crash, answered by recovery, by blind retry and by blind doubling, on a platform of its own
 * that is down again at the end. Data is made once; what crashes is run anew each time.
 */
export async function demoOom(io: Io, { rows, trees, memory, json = false }: DemoOomOptions): Promise<Answer> {
  const field = contestants(parseBytes(memory), defaultMemoryBudgetBytes());
  const interrupt = new AbortController();
  const stop = () => {
    if (!interrupt.signal.aborted) note(io, 'stopping ...');
    interrupt.abort();
  };
  const home = join(stateDir(), 'demo-oom');
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    return await withOwnHome(home, async () => {
      try {
        await bringDown(); // one that was killed has left its platform up
        for (const name of NOT_KEPT) await rm(join(home, name), { recursive: true, force: true });
        const input = { rows, trees, dataDate: DATA_DATE };
        const runs = await runAll({ io, json, input, interrupted: interrupt.signal }, field);
        return runs ? answer(runs, input) : STOPPED;
      } finally {
        await bringDown();
      }
    });
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, stop);
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** The data stands for one day, so that a demo of tomorrow finds it made. */
const DATA_DATE = '2026-11-20';

const STOPPED: Answer = {
  document: { status: 'interrupted' },
  text: 'stopped; nothing of the demo runs any more',
  exitCode: INTERRUPTED,
};

async function runAll(demo: Demo, field: readonly Contestant[]): Promise<readonly PolicyRun[] | undefined> {
  const runs: PolicyRun[] = [];
  for (const by of field) {
    if (demo.interrupted.aborted) return undefined;
    if (!demo.json) note(demo.io, `\n${by.policy}: ${formatBytes(by.limitBytes)}, at most ${formatBytes(by.capBytes)}`);
    const first = runs[0]?.seconds;
    const longestMs = first === undefined ? LONGEST_MS : Math.max(LEAST_PATIENCE_MS, first * 1000 * PATIENCE);
    const run = await runPolicy(demo, by, longestMs);
    if (run === undefined) return undefined;
    runs.push(run);
  }
  return runs;
}

function answer(runs: readonly PolicyRun[], input: { readonly rows: number; readonly trees: number }): Answer {
  const [ladder] = runs;
  const title = `${formatCount(input.rows)} rows, ${formatCount(input.trees)} trees`;
  return {
    document: { input, runs },
    text: [
      `\n${title}: the run under recovery`,
      ...(ladder ? story(ladder) : []),
      '',
      comparison(runs),
      `\ndata   ${stateDir()} holds it for the next demo`,
    ].join('\n'),
    exitCode: ladder?.ending === 'succeeded' ? 0 : 1,
  };
}
