import { join } from 'node:path';
import { stateDir } from '../../settings/home.js';

/** The two worker processes by name. */
export const WORKER_NAMES = ['orchestrator', 'jobs'] as const;
export type WorkerName = (typeof WORKER_NAMES)[number];

/** Runs survive a restart of the server because they are in this file. */
export const databasePath = () => join(stateDir(), 'temporal.db');

/** Where each process of the embedded platform writes what it has to say. */
export const logPath = (name: 'temporal' | WorkerName) => join(stateDir(), 'logs', `${name}.log`);

/** Written by a worker once it polls, removed by it when it ends. */
export const readyPath = (name: WorkerName) => join(stateDir(), 'workers', `${name}.json`);

/** Written by `up` when it starts a worker: what it runs, so that a later `up` knows whether it still fits. */
export const daemonPath = (name: WorkerName) => join(stateDir(), 'workers', `${name}.process.json`);

/** Held while `up` or `down` works. */
export const lockPath = () => join(stateDir(), 'platform.lock');
