import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { Connection } from '@temporalio/client';
import { projectRoot } from '../../settings/home.js';
import { eventually } from './eventually.js';

/** Starting takes about a second on two free cores, longer beside Spark. */
const READY_WITHIN_MS = 60_000;

/** The server writes its database and closes it within a second; then it is not going to. */
const STOPPED_WITHIN_MS = 10_000;

/** Which server a test needs. */
export interface ServerOptions {
  /** Keeps runs in this SQLite file, so that a later server can go on with them. Without it they live in memory. */
  readonly dbFile?: string;
  /** Listens here, as a restarted server must; without it a free port is found. */
  readonly port?: number;
}

/** A Temporal server that a test may use until it stops it. */
export interface TestServer {
  /** `host:port` for clients and workers. */
  readonly address: string;
  readonly namespace: string;
  /** The server's process, or null when the server was there before (`TEMPORAL_ADDRESS`). */
  readonly pid: number | null;
  /** Ends the process that was started, and returns when it has ended. Does nothing the second time. */
  stop(): Promise<void>;
  /** Ends it without a warning, as a crash does. */
  kill(): Promise<void>;
}

/**
 * Gives a test a real Temporal server: the one of `TEMPORAL_ADDRESS` when that is set and no option asks for an own one,
 * else a new development server (`temporal` from PATH or from the project's `.venv`) without UI.
 * @throws Error when there is no `temporal` program or the server does not answer within a minute, with its last words
 */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const given = process.env['TEMPORAL_ADDRESS'];
  const ownOne = options.dbFile !== undefined || options.port !== undefined;
  if (given !== undefined && given !== '' && !ownOne) return givenServer(given);

  const port = options.port ?? (await freePort());
  const database = options.dbFile === undefined ? [] : ['--db-filename', options.dbFile];
  const listen = ['--ip', '127.0.0.1', '--port', String(port), '--headless'];
  const server = spawn(temporalProgram(), ['server', 'start-dev', ...listen, ...database, '--log-level', 'error'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lastWords = tailOf(server);
  const address = `127.0.0.1:${port}`;
  const end = (signal: NodeJS.Signals) => endProcess(server, signal);
  try {
    await eventually(() => hasEnded(server) || answers(address), { withinMs: READY_WITHIN_MS, everyMs: 100 });
    if (hasEnded(server)) throw new Error(`it ended with code ${String(server.exitCode)}`);
  } catch (error) {
    await end('SIGKILL');
    throw new Error(`the Temporal server did not start on ${address}: ${lastWords()}`, { cause: error });
  }
  return {
    address,
    namespace: 'default',
    pid: server.pid ?? null,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

function givenServer(address: string): TestServer {
  const leaveIt = () => Promise.resolve();
  const namespace = process.env['TEMPORAL_NAMESPACE'] ?? 'default';
  return { address, namespace, pid: null, stop: leaveIt, kill: leaveIt };
}

function temporalProgram(): string {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), join(projectRoot, '.venv', 'bin')];
  const program = folders.map((folder) => join(folder, 'temporal')).find((path) => existsSync(path));
  if (program === undefined)
    throw new Error('no `temporal` on PATH or in .venv/bin; run `npm test`, which installs it');
  return program;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('the probe for a free port has no port');
  return address.port;
}

async function answers(address: string): Promise<true> {
  const connection = await Connection.connect({ address, connectTimeout: '2 seconds' });
  try {
    await connection.workflowService.describeNamespace({ namespace: 'default' });
    return true;
  } finally {
    await connection.close();
  }
}

function tailOf(server: ChildProcess): () => string {
  let tail = '';
  const keep = (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-2_000);
  };
  server.stdout?.on('data', keep);
  server.stderr?.on('data', keep);
  server.on('error', (error) => {
    tail += error.message;
  });
  return () => tail.trim();
}

async function endProcess(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(server)) return;
  const ended = once(server, 'exit');
  server.kill(signal);
  const insist = setTimeout(() => server.kill('SIGKILL'), STOPPED_WITHIN_MS);
  await ended;
  clearTimeout(insist);
}

function hasEnded(server: ChildProcess): boolean {
  return server.exitCode !== null || server.signalCode !== null;
}
