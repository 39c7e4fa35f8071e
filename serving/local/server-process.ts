import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { TemperedError } from '../../contracts/failure.js';
import { environmentOf } from '../../platforms/local/process-table.js';
import { signalProcess } from '../../platforms/local/process-identity.js';
import type { EndpointFolder } from './endpoint-folder.js';

/** Names the endpoint's folder in the environment of its server, which tells it from whatever has its pid later. */
const MARK = 'TEMPERED_ENDPOINT_FOLDER';

/** What a model of some MiB, its library and some hundred rows at a time take, several times over. */
const MEMORY_BYTES = 2 ** 30;

/** A request is a few rows: more threads would cost memory and win nothing. */
const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', ARROW_DEFAULT_MEMORY_POOL: 'system' };

/** The variables that a server gets of ours; it needs no secrets. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR'];

/**
 * Starts a model server that outlives this process. It is not waited for: it says itself how it is.
 * @returns its pid
 * @throws {TemperedError} `PLATFORM_UNAVAILABLE` when the machine cannot start a process
 */
export async function startServer(folder: EndpointFolder, name: string, projectRoot: string): Promise<number> {
  const log = openSync(folder.logPath, 'a');
  try {
    const inherited = INHERITED.flatMap((key) => (process.env[key] === undefined ? [] : [[key, process.env[key]]]));
    const server = spawn(
      join(projectRoot, '.venv', 'bin', 'python'),
      [
        ...['-m', 'jobs.serve.server', 'serve', '--host', '127.0.0.1', '--port', '0', '--name', name],
        ...['--model', folder.modelPath, '--state', folder.path, '--memory-bytes', String(MEMORY_BYTES)],
      ],
      {
        cwd: '/', // it must not keep a folder busy
        env: {
          ...(Object.fromEntries(inherited) as NodeJS.ProcessEnv),
          ...ONE_THREAD,
          PYTHONPATH: projectRoot,
          PYTHONDONTWRITEBYTECODE: '1',
          [MARK]: folder.path,
        },
        stdio: ['ignore', log, log],
        detached: true,
      },
    );
    await once(server, 'spawn');
    server.unref();
    if (server.pid === undefined) throw new Error('the process has no pid'); // after 'spawn' it has one
    return server.pid;
  } catch (cause) {
    throw new TemperedError('PLATFORM_UNAVAILABLE', 'cannot start a model server on this machine', {}, { cause });
  } finally {
    closeSync(log);
  }
}

/** True while a process is a server of this folder. Where the system does not show environments, its pid must do. */
export function isServer(pid: number, folder: EndpointFolder): boolean {
  if (process.platform === 'linux') return environmentOf(pid).split('\0').includes(`${MARK}=${folder.path}`);
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Asks the servers of a folder to end, or makes them. */
export function signalServers(folder: EndpointFolder, signal: NodeJS.Signals): readonly number[] {
  const running = folder.pids().filter((pid) => isServer(pid, folder));
  for (const pid of running) signalProcess(pid, signal);
  return running;
}
