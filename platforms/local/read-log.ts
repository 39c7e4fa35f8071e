import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import type { LogReader, LogReading } from '../job-log.js';
import type { JobFolder } from './job-folder.js';
import { findState, isFinal } from './standing.js';

const CHUNK_BYTES = 64 * 1024;

/** Stdout and stderr of a job are one file. */
const PART = 'log';

/** Reads on in the file that a job of this machine writes. */
export function readLog(folder: JobFolder, { from, take }: LogReader): LogReading {
  if (!existsSync(folder.path)) {
    return { position: from, isWhole: true, awaits: 'nothing of the job is left on this machine' };
  }
  const isWhole = isFinal(findState(folder)); // looked at before the read, so that the last words are not missed
  const bytes = readFrom(folder.logPath, from[PART]?.bytes ?? 0, take);
  const awaits = isWhole || bytes > 0 ? null : 'the job has printed nothing yet';
  return { position: { [PART]: { bytes, tag: null } }, isWhole, awaits };
}

/** @returns where the file ends by now */
function readFrom(path: string, start: number, take: LogReader['take']): number {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return start; // the job has printed nothing yet
  }
  try {
    for (let position = start; ;) {
      const chunk = new Uint8Array(CHUNK_BYTES);
      const bytes = readSync(file, chunk, 0, chunk.length, position);
      if (bytes === 0) return position;
      take(chunk.subarray(0, bytes));
      position += bytes;
    }
  } finally {
    closeSync(file);
  }
}
