import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { projectRoot } from '../../settings/home.js';
import { eventually } from './eventually.js';

/** Starting takes about a second on two free cores, longer beside Spark. */
const READY_WITHIN_MS = 60_000;

/** A server closes its files within a second; then it is not going to. */
const STOPPED_WITHIN_MS = 10_000;

/** A server of a test's own. */
export interface ServerProcess {
  readonly pid: number | null;
  /** Ends it, and returns when it has ended. Does nothing the second time. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** How to start a server. */
export interface ServerCommand {
  /** For messages, as `the Temporal server`. */
  readonly what: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** In a session of its own: Ctrl-C reaches who uses it alone, who may need it to clear up. */
  readonly detached?: boolean;
  /** Throws or says false until the server answers. */
  readonly answers: () => boolean | Promise<boolean>;
  /** How long it may take to answer and to end, in milliseconds, where that is longer than usual. */
  readonly readyWithinMs?: number;
  readonly stoppedWithinMs?: number;
}

/**
 * Starts a server and waits until it answers.
 * @throws Error when it ends or does not answer in time, with its last words
 */
export async function startProcess(command: ServerCommand): Promise<ServerProcess> {
  const { what, program, args, cwd, detached = false, answers } = command;
  const { readyWithinMs = READY_WITHIN_MS, stoppedWithinMs = STOPPED_WITHIN_MS } = command;
  const server = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached,
    ...(cwd !== undefined && { cwd }),
  });
  const lastWords = tailOf(server);
  const end = (signal: NodeJS.Signals): Promise<void> => endProcess(server, signal, stoppedWithinMs);
  try {
    await eventually(() => hasEnded(server) || answers(), { withinMs: readyWithinMs, everyMs: 100 });
    if (hasEnded(server)) throw new Error(`it ended with code ${String(server.exitCode)}`);
  } catch (error) {
    await end('SIGKILL');
    throw new Error(`${what} did not start: ${lastWords()}`, { cause: error });
  }
  return { pid: server.pid ?? null, end };
}

/**
 * The path of a program from PATH or from the project's `.venv`.
 * @throws Error when it is in neither
 */
export function findProgram(name: string): string {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), join(projectRoot, '.venv', 'bin')];
  const program = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (program === undefined)
    throw new Error(`no \`${name}\` on PATH or in .venv/bin; run \`npm test\`, which installs it`);
  return program;
}

function tailOf(server: ChildProcess): () => string {
  let tail = '';
  const keep = (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-4_000);
  };
  server.stdout?.on('data', keep);
  server.stderr?.on('data', keep);
  server.on('error', (error) => {
    tail += error.message;
  });
  return () => tail.trim();
}

async function endProcess(server: ChildProcess, signal: NodeJS.Signals, withinMs: number): Promise<void> {
  if (hasEnded(server)) return;
  const ended = once(server, 'exit');
  server.kill(signal);
  const insist = setTimeout(() => server.kill('SIGKILL'), withinMs);
  await ended;
  clearTimeout(insist);
}

function hasEnded(server: ChildProcess): boolean {
  return server.exitCode !== null || server.signalCode !== null;
}
