import { spawn } from 'node:child_process';
import { once } from 'node:events';

// From "please end" to "end": a test that was told to stop may have a server and jobs to take down.
const GRACE_MS = 15_000;

/**
 * Runs a step's program in a process group of its own, so that neither a time-out nor Ctrl-C leaves a server or a Spark behind.
 * @returns {Promise<{ seconds: number, problem: string | null }>} problem is null when it ended with code 0
 */
export async function runProgram({ run: [program, ...args], minutes }) {
  const startedAt = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  let stoppedBecause = null;
  let insist = null;
  const stop = (because) => {
    stoppedBecause ??= because;
    signalGroup(child, 'SIGTERM');
    insist ??= setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS);
  };
  const limit = setTimeout(() => stop(`not done within ${minutes} minutes`), minutes * 60_000);
  const onSignal = (signal) => stop(`stopped by ${signal}`);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal);
  const ending = await once(child, 'exit').catch((error) => error);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, onSignal);
  clearTimeout(limit);
  clearTimeout(insist);
  signalGroup(child, 'SIGKILL'); // whatever a crashed test left
  return { seconds: (performance.now() - startedAt) / 1000, problem: stoppedBecause ?? problemOf(ending, program) };
}

function problemOf(ending, program) {
  if (ending instanceof Error) return `${program} could not be started (${ending.message})`;
  const [code, signal] = ending;
  if (code === 0) return null;
  return signal === null ? `exit code ${code}` : `ended by ${signal}`;
}

function signalGroup(child, signal) {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // ESRCH: nobody is left in the group
  }
}
