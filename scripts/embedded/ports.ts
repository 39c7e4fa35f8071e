import { once } from 'node:events';
import { createServer } from 'node:net';

/** The server listens on this machine only. */
export const LOOPBACK = '127.0.0.1';

/** Temporal's usual ports; others are found when they are taken. */
export const PORT = 7233;
export const UI_PORT = 8233;

/**
 * A port that can be listened on now: the first wanted one that is free, else one that the system chooses.
 * Somebody may take it before the server does; then the start fails with the server's own words and the next `up` finds another.
 */
export async function findFreePort(wanted: readonly number[]): Promise<number> {
  for (const port of [...new Set(wanted), 0]) {
    const free = await tryPort(port);
    if (free !== undefined) return free;
  }
  throw new Error(`no port of ${LOOPBACK} can be listened on`);
}

async function tryPort(port: number): Promise<number | undefined> {
  const probe = createServer();
  try {
    probe.listen(port, LOOPBACK);
    await once(probe, 'listening');
    const address = probe.address();
    return typeof address === 'object' ? address?.port : undefined;
  } catch {
    return undefined; // taken
  } finally {
    probe.close();
  }
}
