import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { TemperedError } from '../../contracts/failure.js';
import { findJson, writeJsonAtomically } from '../../platforms/local/atomic-file.js';
import { isRunning } from '../../platforms/local/process-identity.js';
import { logTail, startDaemon, stopDaemon } from './daemon.js';
import { daemonPath, logPath, readyPath, WORKER_NAMES, type WorkerName } from './places.js';
import { waitFor } from './wait-for.js';
import { workerEnvironment } from './worker-environment.js';

/** A worker loads the SDK's native core and the workflow bundle: 1-2 s on a free machine. */
const READY_WITHIN_MS = 60_000;

/** A worker gives its activities two seconds to let go of their jobs, which stay. */
const STOP_GRACE_MS = 15_000;

const WorkerRecord = z.object({ pid: z.int(), startedAt: z.string(), fingerprint: z.string() });
type WorkerRecord = Readonly<z.infer<typeof WorkerRecord>>;

/** What `up` did with a worker. */
export type WorkerChange = 'started' | 'restarted' | 'kept';

/** One worker as it is now. */
export interface WorkerStatus {
  readonly name: WorkerName;
  readonly state: 'ready' | 'starting' | 'stopped';
  readonly pid: number | null;
}

/** The state of each worker, from the process table and the workers' own files. */
export function workerStatuses(): readonly WorkerStatus[] {
  return WORKER_NAMES.map((name) => {
    const record = findRunning(name);
    if (record === undefined) return { name, state: 'stopped', pid: null };
    return { name, state: isReady(name, record) ? 'ready' : 'starting', pid: record.pid };
  });
}

/**
 * Makes sure that both workers poll with the present code, profile and server: starts the absent ones and replaces those that run
 * something older. Jobs are not disturbed, since they outlive their worker.
 * @param fingerprint names what the workers shall run
 * @throws {TemperedError} `PLATFORM_UNAVAILABLE` with the end of the worker's log when one does not come up
 */
export async function ensureWorkers(fingerprint: string): Promise<Readonly<Record<WorkerName, WorkerChange>>> {
  const changes = await Promise.all(WORKER_NAMES.map((name) => ensureWorker(name, fingerprint)));
  const [orchestrator = 'kept', jobs = 'kept'] = changes;
  return { orchestrator, jobs };
}

/** Stops the workers that run; the names of those. */
export async function stopWorkers(): Promise<readonly WorkerName[]> {
  const stopped = await Promise.all(WORKER_NAMES.map(async (name) => ((await stopWorker(name)) ? [name] : [])));
  return stopped.flat();
}

async function ensureWorker(name: WorkerName, fingerprint: string): Promise<WorkerChange> {
  const running = findRunning(name);
  if (running?.fingerprint === fingerprint) {
    await waitUntilReady(name, running);
    return 'kept';
  }
  await stopWorker(name);
  mkdirSync(dirname(daemonPath(name)), { recursive: true });
  rmSync(readyPath(name), { force: true }); // left behind by a worker that was killed
  const program = fileURLToPath(new URL(`../../workers/${name}.js`, import.meta.url));
  const identity = await startDaemon({
    program: process.execPath,
    args: ['--enable-source-maps', program],
    logPath: logPath(name),
    env: workerEnvironment(),
  });
  const record = { ...identity, fingerprint };
  writeJsonAtomically(daemonPath(name), record);
  await waitUntilReady(name, record);
  return running === undefined ? 'started' : 'restarted';
}

async function stopWorker(name: WorkerName): Promise<boolean> {
  const running = findRunning(name);
  if (running !== undefined) await stopDaemon(running, STOP_GRACE_MS);
  for (const path of [daemonPath(name), readyPath(name)]) rmSync(path, { force: true });
  return running !== undefined;
}

async function waitUntilReady(name: WorkerName, record: WorkerRecord): Promise<void> {
  const ready = await waitFor(() => {
    if (!isRunning(record)) throw notUp(name, 'it ended');
    return isReady(name, record) || undefined;
  }, READY_WITHIN_MS);
  if (!ready) throw notUp(name, 'it does not poll after a minute');
}

function notUp(name: WorkerName, why: string): TemperedError {
  const log = logPath(name);
  return new TemperedError(
    'PLATFORM_UNAVAILABLE',
    `the worker ${name} did not come up: ${why}. The end of its log:\n${logTail(log)}`,
    {
      advice: `look at ${log}, then: npx tempered up`,
    },
  );
}

function isReady(name: WorkerName, { pid }: WorkerRecord): boolean {
  const ready = z.object({ pid: z.int() }).safeParse(findJson(readyPath(name)));
  return ready.success && ready.data.pid === pid;
}

function findRunning(name: WorkerName): WorkerRecord | undefined {
  const record = WorkerRecord.safeParse(findJson(daemonPath(name)));
  return record.success && isRunning(record.data) ? record.data : undefined;
}
