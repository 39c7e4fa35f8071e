import type { Client, Connection } from '@temporalio/client';
import { TemperedError } from '../../contracts/failure.js';
import { messageOf } from '../../contracts/system-error.js';
import { isRunning } from '../../platforms/local/process-identity.js';
import { findServerRecord } from '../../settings/server-record.js';
import { findExternalAddress, loadTemporalConnection, type TemporalConnection } from '../../settings/temporal.js';

/** An open connection to Temporal. */
export interface Temporal extends TemporalConnection {
  readonly client: Client;
  readonly connection: Connection;
}

/** A server on this machine answers in milliseconds, one far away within a second; then it is not there. */
const CONNECT_TIMEOUT = '5 seconds';

/**
 * Opens a connection for as long as the body runs. The SDK is loaded here and not at the top: commands that need no server start faster.
 * @throws {TemperedError} `PLATFORM_UNAVAILABLE` when no server is known or it does not answer
 */
export async function withTemporal<T>(body: (temporal: Temporal) => Promise<T>): Promise<T> {
  const settings = loadTemporalConnection();
  const embedded = findServerRecord();
  if (embedded?.address === settings.address && !isRunning(embedded))
    throw unreachable(settings.address, 'its process has ended');
  const { Client, Connection } = await import('@temporalio/client');
  const options = { ...settings.connectionOptions, connectTimeout: CONNECT_TIMEOUT } as const;
  const connection = await Connection.connect(options).catch((cause: unknown) => {
    throw unreachable(settings.address, messageOf(cause), cause);
  });
  try {
    return await body({ ...settings, client: new Client({ connection, namespace: settings.namespace }), connection });
  } finally {
    await connection.close();
  }
}

function unreachable(address: string, why: string, cause?: unknown): TemperedError {
  return new TemperedError(
    'PLATFORM_UNAVAILABLE',
    `the Temporal server at ${address} does not answer: ${why}`,
    {
      advice:
        findExternalAddress() === undefined ? 'start it: npx tempered up' : 'start it, or correct TEMPORAL_ADDRESS',
    },
    { cause },
  );
}
