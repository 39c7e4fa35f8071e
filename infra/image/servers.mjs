import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A container on a busy machine takes a while to start. */
const PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 250;

const started = [];

/** Starts a server of this machine, which {@link stopAll} ends. */
export function startProgram(program, args) {
  started.push(spawn(program, args, { stdio: 'ignore' }));
}

/** Ends every server that was started. */
export async function stopAll() {
  for (const server of started.splice(0)) {
    if (server.exitCode !== null) continue;
    server.kill();
    await once(server, 'exit');
  }
}

/** A port that nobody listens on. @returns {Promise<number>} */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** True when the URL is answered well. */
export async function answers(url, request = {}) {
  try {
    return (await fetch(url, request)).ok;
  } catch {
    return false; // it does not listen yet
  }
}

/** Waits until something holds; false when it does not in time. */
export async function until(holds) {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) return false;
    await sleep(LOOK_EVERY_MS);
  }
  return true;
}
