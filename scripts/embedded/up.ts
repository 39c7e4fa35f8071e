import { loadProfile } from '../../settings/profile.js';
import { findExternalAddress, loadTemporalConnection, type TemporalConnection } from '../../settings/temporal.js';
import { workerFingerprint } from './fingerprint.js';
import { withLock } from './lock.js';
import { lockPath, type WorkerName } from './places.js';
import { ensureServer } from './server.js';
import { ensureWorkers, type WorkerChange } from './worker-processes.js';

/** What `up` found and did. */
export interface UpReport {
  readonly server: 'started' | 'kept' | 'external';
  readonly workers: Readonly<Record<WorkerName, WorkerChange>>;
  readonly connection: TemporalConnection;
  readonly seconds: number;
}

/**
 * Brings the embedded platform up: the Temporal server, unless the settings name one elsewhere, and the two workers. What runs already
 * is kept, so doing it twice is harmless.
 * @throws {TemperedError} `WRONG_INPUT` for a wrong profile, `PLATFORM_UNAVAILABLE` with the end of a log when a part does not come up
 */
export async function bringUp(): Promise<UpReport> {
  loadProfile(); // a wrong profile is told here, not in the log of a worker that ends
  const startedMs = performance.now();
  return withLock(lockPath(), async () => {
    const external = findExternalAddress() !== undefined;
    const server = external ? 'external' : (await ensureServer()).started ? 'started' : 'kept';
    const connection = loadTemporalConnection();
    const workers = await ensureWorkers(workerFingerprint(connection));
    return { server, workers, connection, seconds: (performance.now() - startedMs) / 1000 };
  });
}
