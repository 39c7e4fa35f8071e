import { existsSync } from 'node:fs';
import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';
import { TemperedError } from '../contracts/failure.js';
import { messageOf } from '../contracts/system-error.js';
import { findServerRecord } from './server-record.js';

/** How to reach Temporal, and where its pages are. */
export interface TemporalConnection {
  readonly address: string;
  readonly namespace: string;
  /** For `Connection.connect` and `NativeConnection.connect`. */
  readonly connectionOptions: ClientConnectConfig['connectionOptions'];
  /** Address of the web UI without a trailing slash; null when nobody knows it. */
  readonly uiUrl: string | null;
}

/**
 * The connection that is in force: the standard Temporal environment variables and config file; else the embedded server, as `tempered up` recorded it.
 * @throws {TemperedError} `PLATFORM_UNAVAILABLE` when neither names a server, `WRONG_INPUT` for wrong settings
 */
export function loadTemporalConnection(): TemporalConnection {
  const { connectionOptions, namespace = 'default' } = loadSettings();
  if (connectionOptions.address) {
    return {
      address: connectionOptions.address,
      namespace,
      connectionOptions,
      uiUrl: externalUiUrl(connectionOptions.address),
    };
  }
  const server = findServerRecord();
  if (server === undefined) {
    throw new TemperedError('PLATFORM_UNAVAILABLE', 'no Temporal server is running and TEMPORAL_ADDRESS names none', {
      advice: 'start it: npx tempered up',
    });
  }
  const { address, uiUrl } = server;
  return { address, namespace, connectionOptions: { address }, uiUrl };
}

/** The address that the environment or the config file names; undefined means that the embedded server is used. */
export function findExternalAddress(): string | undefined {
  return loadSettings().connectionOptions.address || undefined;
}

/** The namespace that the settings name; the embedded server creates it. */
export function configuredNamespace(): string {
  return loadSettings().namespace ?? 'default';
}

/** Page of one run in the web UI; null when the UI is unknown. */
export function runUrl(connection: TemporalConnection, workflowId: string, temporalRunId: string): string | null {
  if (connection.uiUrl === null) return null;
  const [namespace, workflow, run] = [connection.namespace, workflowId, temporalRunId].map(encodeURIComponent);
  return `${connection.uiUrl}/namespaces/${namespace ?? ''}/workflows/${workflow ?? ''}/${run ?? ''}/history`;
}

function loadSettings(): ClientConnectConfig {
  const file = process.env['TEMPORAL_CONFIG_FILE'];
  if (file && !existsSync(file)) throw new TemperedError('WRONG_INPUT', `TEMPORAL_CONFIG_FILE: ${file} does not exist`);
  try {
    return loadClientConnectConfig();
  } catch (cause) {
    const why = messageOf(cause);
    throw new TemperedError(
      'WRONG_INPUT',
      `the Temporal settings (TEMPORAL_* variables, config file) are wrong: ${why}`,
      {},
      { cause },
    );
  }
}

/** `TEMPERED_UI_URL` decides; a server on this machine is most likely the dev server, whose UI listens 1000 ports higher. */
function externalUiUrl(address: string): string | null {
  const named = process.env['TEMPERED_UI_URL'];
  if (named) return named.replace(/\/+$/, '');
  const local = /^(?:localhost|127\.0\.0\.1):(\d+)$/.exec(address);
  return local ? `http://localhost:${String(Number(local[1]) + 1000)}` : null;
}
