import { mkdirSync, rmSync } from 'node:fs';
import { TemperedError } from '../../contracts/failure.js';
import { writeJsonAtomically } from '../../platforms/local/atomic-file.js';
import { isRunning } from '../../platforms/local/process-identity.js';
import { stateDir } from '../../settings/home.js';
import { findServerRecord, type ServerRecord, serverRecordPath } from '../../settings/server-record.js';
import { configuredNamespace } from '../../settings/temporal.js';
import { logTail, startDaemon, stopDaemon } from './daemon.js';
import { databasePath, logPath } from './places.js';
import { findFreePort, LOOPBACK, PORT, UI_PORT } from './ports.js';
import { serverArguments } from './server-arguments.js';
import { findTemporalProgram } from './temporal-program.js';
import { waitFor } from './wait-for.js';

/** A start takes 0.3 s on a free machine; one beside a full Spark job still fits. */
const READY_WITHIN_MS = 60_000;

/** The server closes its database within a second; longer means that it hangs. */
const STOP_GRACE_MS = 10_000;

/** The embedded server, if its process lives. */
export function findRunningServer(): ServerRecord | undefined {
  const record = findServerRecord();
  return record !== undefined && isRunning(record) ? record : undefined;
}

/**
 * Starts the embedded server, or adopts the one that runs. It keeps the ports of its last start where it can, so that links and
 * waiting workers stay right.
 * @throws {TemperedError} `PLATFORM_UNAVAILABLE` with the end of its log when it does not come up
 */
export async function ensureServer(): Promise<{ readonly server: ServerRecord; readonly started: boolean }> {
  const running = findRunningServer();
  if (running !== undefined) {
    await waitUntilReady(running);
    return { server: running, started: false };
  }
  const last = findServerRecord();
  mkdirSync(stateDir(), { recursive: true });
  const port = await findFreePort([...portOf(last?.address), PORT]);
  const uiPort = await findFreePort([...portOf(last?.uiUrl), UI_PORT].filter((wanted) => wanted !== port));
  const identity = await startDaemon({
    program: findTemporalProgram(),
    args: serverArguments({ port, uiPort, database: databasePath(), namespace: configuredNamespace() }),
    logPath: logPath('temporal'),
  });
  const server = { ...identity, address: `${LOOPBACK}:${String(port)}`, uiUrl: `http://${LOOPBACK}:${String(uiPort)}` };
  // Recorded before it is ready: if this command is killed now, the next `up` finds the process in place of starting a second one.
  writeJsonAtomically(serverRecordPath(), server);
  await waitUntilReady(server);
  return { server, started: true };
}

/** Stops the embedded server if it runs; false when it did not. */
export async function stopServer(): Promise<boolean> {
  const record = findServerRecord();
  if (record === undefined) return false;
  const outcome = await stopDaemon(record, STOP_GRACE_MS);
  rmSync(serverRecordPath(), { force: true });
  return outcome !== 'was-gone';
}

async function waitUntilReady(server: ServerRecord): Promise<void> {
  const { Connection } = await import('@temporalio/client');
  const answers = async () => {
    if (!isRunning(server)) throw notUp('it ended');
    try {
      const connection = await Connection.connect({ address: server.address, connectTimeout: '2 seconds' });
      try {
        await connection.workflowService.describeNamespace({ namespace: configuredNamespace() });
        return true;
      } finally {
        await connection.close();
      }
    } catch {
      return undefined; // not yet; the time-out and the death of the process are the errors
    }
  };
  if (!(await waitFor(answers, READY_WITHIN_MS))) throw notUp(`no answer on ${server.address} in a minute`);
}

function notUp(why: string): TemperedError {
  const log = logPath('temporal');
  return new TemperedError(
    'PLATFORM_UNAVAILABLE',
    `the Temporal server did not come up: ${why}. The end of its log:\n${logTail(log)}`,
    {
      advice: `look at ${log}, then: npx tempered up`,
    },
  );
}

function portOf(place: string | undefined): readonly number[] {
  const port = Number(place?.split(':').at(-1));
  return Number.isInteger(port) && port > 0 ? [port] : [];
}
