import { loadProject } from '../../settings/project.js';
import { findExternalAddress, loadTemporalConnection, type TemporalConnection } from '../../settings/temporal.js';
import { workerFingerprint } from './fingerprint.js';
import { withLock } from './lock.js';
import { lockPath, type WorkerName } from './places.js';
import { prepareBundle } from './prepare-bundle.js';
import { ensureServer } from './server.js';
import { ensureWorkers, type WorkerChange } from './worker-processes.js';

/** What `up` found and did. */
export interface UpReport {
  readonly server: 'started' | 'kept' | 'external';
  readonly workers: Readonly<Record<WorkerName, WorkerChange>>;
  readonly connection: TemporalConnection;
  /** Names of the user's own pipelines, which the workers can run beside ours. */
  readonly ownPipelines: readonly string[];
  readonly seconds: number;
}

/**
 * Brings the embedded platform up: the Temporal server, unless the settings name one elsewhere, and the two workers. What runs already
 * is kept, so doing it twice is harmless.
 * @throws {TemperedError} `WRONG_INPUT` for a wrong profile, `PLATFORM_UNAVAILABLE` with the end of a log when a part does not come up
 */
export async function bringUp(): Promise<UpReport> {
  const startedMs = performance.now();
  const project = await loadProject(); // what is wrong is told here, not in the log of a worker that ends
  return withLock(lockPath(), async () => {
    await prepareBundle(project);
    const external = findExternalAddress() !== undefined;
    const server = external ? 'external' : (await ensureServer()).started ? 'started' : 'kept';
    const connection = loadTemporalConnection();
    const workers = await ensureWorkers(workerFingerprint(connection, project));
    const ownPipelines = project.ownWorkflows.map(({ name }) => name);
    return { server, workers, connection, ownPipelines, seconds: (performance.now() - startedMs) / 1000 };
  });
}
