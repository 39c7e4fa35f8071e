import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { TemperedError } from '../../contracts/failure.js';
import { inheritedEnvironment } from './job-environment.js';
import type { JobFolder } from './job-folder.js';

const SUPERVISOR_PROGRAM = fileURLToPath(new URL('./supervisor-main.js', import.meta.url));

/**
 * A supervisor that has started and waits to be told its job: the start of a Node process would otherwise be half of what this
 * product adds to a short job. There is one for the process, made after the first job; it ends when this process does.
 */
let spare: Promise<ChildProcess> | undefined;

/**
 * Gives a job to a supervisor that outlives this process. It is not waited for: its claim on the folder tells that it is there.
 * @throws {TemperedError} `PLATFORM_UNAVAILABLE` when the machine cannot start a process
 */
export async function startSupervisor(folder: JobFolder): Promise<void> {
  const ready = spare;
  spare = undefined;
  try {
    if (ready === undefined || !(await tellSpare(await ready, folder))) await tell(await spawnSupervisor(), folder);
    await (spare ??= spawnSupervisor());
  } catch (error) {
    spare = undefined;
    throw new TemperedError('PLATFORM_UNAVAILABLE', 'cannot start a process on this machine', {}, { cause: error });
  }
}

/**
 * A spare may die while it is told: its pipe still takes the words. When it ends without having claimed the job, a fresh one gets it.
 * @returns false when it had died before
 */
async function tellSpare(supervisor: ChildProcess, folder: JobFolder): Promise<boolean> {
  if (!(await tell(supervisor, folder))) return false;
  const replace = () => {
    if (folder.findOwner() === undefined) void tellFresh(folder);
  };
  if (hasEnded(supervisor)) replace();
  else supervisor.once('exit', replace);
  return true;
}

/** When even this fails the folder stays unclaimed, and whoever asks for the job's state learns that it is lost. */
async function tellFresh(folder: JobFolder): Promise<void> {
  try {
    await tell(await spawnSupervisor(), folder);
  } catch {
    // Said above.
  }
}

/** False when the supervisor has died meanwhile. */
async function tell(supervisor: ChildProcess, folder: JobFolder): Promise<boolean> {
  const { stdin } = supervisor;
  if (stdin === null || hasEnded(supervisor)) return false;
  return new Promise((resolve) => {
    stdin.once('error', () => {
      resolve(false);
    });
    stdin.once('finish', () => {
      resolve(true);
    });
    stdin.end(folder.path);
  });
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function spawnSupervisor(): Promise<ChildProcess> {
  const supervisor = spawn(process.execPath, [SUPERVISOR_PROGRAM], {
    cwd: '/', // it must not keep a folder busy
    env: inheritedEnvironment(process.env),
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  await once(supervisor, 'spawn');
  supervisor.unref();
  if (supervisor.stdin instanceof Socket) supervisor.stdin.unref();
  return supervisor;
}
