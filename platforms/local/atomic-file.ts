import { randomBytes } from 'node:crypto';
import { closeSync, linkSync, openSync, readSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { systemErrorCode } from '../../contracts/system-error.js';

/**
 * The small files by which the platform and its supervisors talk. They are read and written synchronously on purpose: one takes
 * some 20 microseconds, less than a trip through libuv's thread pool.
 */

/** Writes JSON so that a reader sees the whole old content or the whole new one, never a part. */
export function writeJsonAtomically(path: string, value: unknown): void {
  const temporary = temporaryName(path);
  try {
    writeFileSync(temporary, JSON.stringify(value));
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true }); // a full disk is written to again and again; it must not fill with empty files, too
    throw error;
  }
}

/**
 * Writes JSON unless the file is there: of many callers exactly one gets true. The file appears with its content in it
 * (which `O_EXCL` alone does not give), because a link to a finished file is made.
 */
export function createJsonOnce(path: string, value: unknown): boolean {
  const temporary = temporaryName(path);
  writeFileSync(temporary, JSON.stringify(value));
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary);
  }
}

/**
 * Reads JSON that may be absent, half-written or garbage.
 * @param maxBytes a larger file is garbage, too; no reader here expects more than a few KiB
 * @returns undefined when it cannot be read as JSON
 */
export function findJson(path: string, maxBytes = 2 ** 20): unknown {
  const bytes = readTail(path, maxBytes + 1);
  if (bytes.length > maxBytes) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined; // absent, half-written or garbage: the caller asks again or goes without
  }
}

/** The last bytes of a file; none when it is absent. */
export function readTail(path: string, maxBytes: number): Buffer {
  const totalBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const tail = Buffer.alloc(Math.min(totalBytes, maxBytes));
  if (tail.length === 0) return tail;
  const file = openSync(path, 'r');
  try {
    return tail.subarray(0, readSync(file, tail, 0, tail.length, totalBytes - tail.length));
  } finally {
    closeSync(file);
  }
}

/** Beside the target, so that rename and link stay on one file system; the leading dot keeps it out of listings. */
function temporaryName(path: string): string {
  const slash = path.lastIndexOf('/') + 1;
  return `${path.slice(0, slash)}.${path.slice(slash)}.${randomBytes(6).toString('hex')}`;
}
