import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { TemperedError } from '../../contracts/failure.js';
import { systemErrorCode } from '../../contracts/system-error.js';
import { createJsonOnce, findJson } from '../../platforms/local/atomic-file.js';
import { identify, isIdentity, isRunning } from '../../platforms/local/process-identity.js';
import { waitFor } from './wait-for.js';

/** A first `up` on a slow machine takes this long at most; who waits longer should be told. */
const PATIENCE_MS = 120_000;

/**
 * Does something while no other process of this state folder does it: two `up`s at once start one platform.
 * A lock whose holder died is taken over.
 * @throws {TemperedError} `PLATFORM_UNAVAILABLE` when the holder is still at work after two minutes
 */
export async function withLock<T>(path: string, body: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  const me = identify(process.pid);
  const taken = await waitFor(() => createJsonOnce(path, me) || (dropStale(path), undefined), PATIENCE_MS);
  if (!taken) {
    const holder = findJson(path);
    const who = isIdentity(holder) ? `process ${String(holder.pid)}` : 'another process';
    throw new TemperedError(
      'PLATFORM_UNAVAILABLE',
      `${who} has been starting or stopping the platform for two minutes`,
      {
        advice: `look at it, or remove ${path} if it is not ours`,
      },
    );
  }
  try {
    return await body();
  } finally {
    rmSync(path, { force: true });
  }
}

/** Renaming first makes sure that of many that see a stale lock only one removes it, and a new one is put back. */
function dropStale(path: string): void {
  if (holderRuns(path)) return;
  const aside = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return;
    throw error;
  }
  if (holderRuns(aside)) renameSync(aside, path);
  else rmSync(aside);
}

function holderRuns(path: string): boolean {
  const holder = findJson(path);
  return isIdentity(holder) && isRunning(holder);
}
