import { Connection } from '@temporalio/client';
import { freePort } from './free-port.js';
import { findProgram, startProcess } from './server-process.js';

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
  const address = `127.0.0.1:${port}`;
  const server = await startProcess({
    what: `the Temporal server on ${address}`,
    program: findProgram('temporal'),
    args: ['server', 'start-dev', ...listen, ...database, '--log-level', 'error'],
    answers: () => answers(address),
  });
  return {
    address,
    namespace: 'default',
    pid: server.pid,
    stop: () => server.end('SIGTERM'),
    kill: () => server.end('SIGKILL'),
  };
}

function givenServer(address: string): TestServer {
  const leaveIt = () => Promise.resolve();
  const namespace = process.env['TEMPORAL_NAMESPACE'] ?? 'default';
  return { address, namespace, pid: null, stop: leaveIt, kill: leaveIt };
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
