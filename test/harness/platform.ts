import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection, WorkflowFailedError } from '@temporalio/client';
import type { RunProgress } from '../../contracts/pipelines/run.js';
import { ORCHESTRATOR_QUEUE } from '../../contracts/task-queues.js';
import { projectRoot } from '../../settings/home.js';
import { eventually } from './eventually.js';
import { heldOpen } from './held-open.js';
import { withHome } from './home.js';

/** What a command printed and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An embedded platform of a test's own: real server, real workers, driven by the real commands. */
export interface TestPlatform {
  readonly folder: string;
  /** Runs `tempered` or `start-workflow` with arguments, to its end. */
  readonly tempered: (...args: readonly string[]) => Promise<Ended>;
  readonly startWorkflow: (...args: readonly string[]) => Promise<Ended>;
  /** Starts a run and answers its id at once. */
  readonly start: (pipeline: string, input: Readonly<Record<string, unknown>>) => Promise<string>;
  /** Starts a workflow as the form of the Temporal UI does: one JSON payload, or none. */
  readonly startAsForm: (pipeline: string, runId: string, input?: unknown) => Promise<void>;
  /** How the server describes a run's end. */
  readonly endOf: (runId: string) => Promise<unknown>;
  /** What a run's `progress` query answers. */
  readonly progress: (runId: string) => Promise<RunProgress>;
  /** Waits until a stage of a run is in a state. */
  readonly stageIs: (runId: string, stage: string, state: string) => Promise<RunProgress['stages'][number]>;
  readonly cancel: (runId: string) => Promise<void>;
  /** Pid of a part of the platform: `orchestrator`, `jobs` or `temporal`. */
  readonly pidOf: (part: 'orchestrator' | 'jobs' | 'temporal') => number;
}

/** An open platform and how to close it: for tests that share one. */
export interface OpenPlatform {
  readonly platform: TestPlatform;
  readonly close: () => Promise<void>;
}

/**
 * Brings an embedded platform up in a folder of its own. Whoever opens it closes it.
 * @param profile content of its `tempered.json`
 */
export async function openTestPlatform(profile: Readonly<Record<string, unknown>>): Promise<OpenPlatform> {
  const { value: platform, close } = await heldOpen<TestPlatform>((use) => withPlatform(profile, use));
  return { platform, close };
}

/**
 * Brings an embedded platform up in a folder of its own, and down at the end, also after a failure.
 * @param profile content of its `tempered.json`
 */
export async function withPlatform<T>(
  profile: Readonly<Record<string, unknown>>,
  use: (platform: TestPlatform) => Promise<T>,
): Promise<T> {
  return withHome(async ({ folder, env }) => {
    const profilePath = join(folder, 'tempered.json');
    await writeFile(profilePath, JSON.stringify(profile));
    const run = commandRunner({ ...env, TEMPERED_PROFILE: profilePath });
    try {
      const up = await run('tempered', ['up']);
      if (up.code !== 0) throw new Error(`tempered up failed:\n${up.stdout}\n${up.stderr}`);
      return await use(platformOf(folder, run));
    } finally {
      const down = await run('tempered', ['down']);
      if (down.code !== 0) process.stderr.write(`tempered down failed:\n${down.stdout}\n${down.stderr}\n`);
    }
  });
}

type Run = (command: 'tempered' | 'start-workflow', args: readonly string[]) => Promise<Ended>;

function commandRunner(env: NodeJS.ProcessEnv): Run {
  return async (command, args) => {
    const child = spawn(process.execPath, [join(projectRoot, 'bin', `${command}.mjs`), ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, ...output };
  };
}

function platformOf(folder: string, run: Run): TestPlatform {
  const tempered = (...args: readonly string[]) => run('tempered', args);
  const startWorkflow = (...args: readonly string[]) => run('start-workflow', args);
  const progress = (runId: string) =>
    withClient(folder, (client) => client.workflow.getHandle(runId).query<RunProgress>('progress'));
  return {
    folder,
    tempered,
    startWorkflow,
    start: async (pipeline, input) => {
      const sets = Object.entries(input).flatMap(([key, value]) => ['--set', `${key}=${String(value)}`]);
      const started = await startWorkflow(pipeline, ...sets, '--json');
      if (started.code !== 0) throw new Error(`start-workflow failed: ${started.stdout}${started.stderr}`);
      return (JSON.parse(started.stdout) as { readonly runId: string }).runId;
    },
    startAsForm: (pipeline, runId, input) =>
      withClient(folder, async (client) => {
        const args = input === undefined ? [] : [input];
        await client.workflow.start(pipeline, { workflowId: runId, taskQueue: ORCHESTRATOR_QUEUE, args });
      }),
    endOf: (runId) =>
      withClient(folder, async (client): Promise<unknown> => {
        try {
          return await client.workflow.getHandle(runId).result();
        } catch (error) {
          return error instanceof WorkflowFailedError ? error.cause : error;
        }
      }),
    progress,
    stageIs: (runId, stage, state) =>
      eventually(
        async () => {
          const found = (await progress(runId)).stages.find((each) => each.stage === stage);
          return found?.state === state ? found : false;
        },
        { withinMs: 90_000 },
      ),
    cancel: async (runId) => {
      await tempered('cancel', runId);
    },
    pidOf: (part) => {
      const file = part === 'temporal' ? 'server.json' : join('workers', `${part}.json`);
      return (JSON.parse(readFileSync(join(folder, file), 'utf8')) as { readonly pid: number }).pid;
    },
  };
}

async function withClient<T>(folder: string, use: (client: Client) => Promise<T>): Promise<T> {
  const { address } = JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')) as { readonly address: string };
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

/** Processes whose command line mentions a text; Linux only, as the tests that need it. */
export function processesWith(text: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        return false; // it ended meanwhile
      }
    })
    .map(Number);
}

/** True while a process lives. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // ESRCH: there is no such process
  }
}
