import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import { writeJsonAtomically } from '../platforms/local/atomic-file.js';
import { stateDir } from '../settings/home.js';
import { loadTemporalConnection } from '../settings/temporal.js';
import type { Server } from './create.js';

/** What a worker process is called, and how its worker is made once the server answers. */
export interface WorkerProcess {
  readonly name: 'orchestrator' | 'jobs';
  readonly queue: string;
  readonly create: (server: Server) => Promise<Worker>;
}

/**
 * Runs one worker until it is told to stop. Writes `<stateDir>/workers/<name>.json` once it polls, and removes it at the end:
 * that file is how `tempered up` knows that the worker is ready. An error ends the process; whoever started it reads its log.
 */
export async function runWorkerProcess({ name, queue, create }: WorkerProcess): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('INFO'), shutdownSignals: ['SIGTERM', 'SIGINT'] });
  const startedAt = new Date().toISOString();
  const { address, namespace, connectionOptions } = loadTemporalConnection();
  const connection = await NativeConnection.connect({ ...connectionOptions, address });
  const readyFile = path.join(stateDir(), 'workers', `${name}.json`);
  try {
    const worker = await create({ connection, namespace });
    const running = worker.run();
    await writeReady(readyFile, { pid: process.pid, startedAt, readyAt: new Date().toISOString(), queue, address });
    await running;
  } finally {
    await rm(readyFile, { force: true });
    await connection.close();
  }
}

async function writeReady(file: string, ready: object): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  writeJsonAtomically(file, ready);
}
