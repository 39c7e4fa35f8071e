import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { once } from 'node:events';
import { readTail } from '../../platforms/local/atomic-file.js';
import { identify, isRunning, type ProcessIdentity, signalProcess } from '../../platforms/local/process-identity.js';
import { projectRoot } from '../../settings/home.js';
import { waitFor } from './wait-for.js';

/** A process that outlives the command that starts it. */
export interface DaemonCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly logPath: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A log that is larger when its process starts is set aside once, so that logs do not grow for ever. */
const LARGEST_LOG_BYTES = 16 * 2 ** 20;

/** What a message quotes of a log. */
const TAIL_BYTES = 2_000;

/** A killed process is gone from the table within moments; longer means that the kernel holds it. */
const KILLED_WITHIN_MS = 10_000;

/**
 * Starts a daemon in a session of its own, with stdout and stderr in its log.
 * @throws Error when the program cannot be started at all
 */
export async function startDaemon({ program, args, logPath, env }: DaemonCommand): Promise<ProcessIdentity> {
  mkdirSync(dirname(logPath), { recursive: true });
  if ((statSync(logPath, { throwIfNoEntry: false })?.size ?? 0) > LARGEST_LOG_BYTES)
    renameSync(logPath, `${logPath}.1`);
  const log = openSync(logPath, 'a');
  try {
    const child = spawn(program, args, {
      cwd: projectRoot,
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...env },
    });
    await once(child, 'spawn');
    child.unref();
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    // It may have ended already; a start time that fits no process says just that.
    return identity ?? { pid: child.pid ?? 0, startedAt: 'ended at once' };
  } finally {
    closeSync(log);
  }
}

/** Ends a daemon: asks, waits, then kills. Returns when it is gone; one that is gone already is fine. */
export async function stopDaemon(
  identity: ProcessIdentity,
  graceMs: number,
): Promise<'stopped' | 'killed' | 'was-gone'> {
  if (!isRunning(identity)) return 'was-gone';
  const gone = () => !isRunning(identity) || undefined;
  signalProcess(identity.pid, 'SIGTERM');
  if (await waitFor(gone, graceMs)) return 'stopped';
  signalProcess(identity.pid, 'SIGKILL');
  await waitFor(gone, KILLED_WITHIN_MS);
  return 'killed';
}

/** The last lines of a log, indented for a message. */
export function logTail(path: string): string {
  const text = readTail(path, TAIL_BYTES).toString('utf8').trim();
  return text === ''
    ? '  (the log is empty)'
    : text
        .split('\n')
        .slice(-12)
        .map((line) => `  ${line}`)
        .join('\n');
}
