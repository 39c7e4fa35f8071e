import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { TemperedError } from '../contracts/failure.js';
import { messageOf } from '../contracts/system-error.js';
import { isAbsent } from './file-errors.js';
import type { CopiedFile } from './storage.js';

/** Bytes copied at a time: few calls, little memory. */
const COPY_BYTES = 4 * 1024 * 1024;

/**
 * Copies a file to a new place, durably, and hashes what it copied. Throws the system's errors about the new place.
 * @throws {TemperedError} `WRONG_INPUT` when the file cannot be opened
 */
export async function copyAndHash(from: string, to: string, alive?: () => void): Promise<CopiedFile> {
  const hash = createHash('sha256');
  const block = new Uint8Array(COPY_BYTES);
  let bytes = 0;
  const source = await openSource(from);
  try {
    const target = await open(to, 'wx');
    try {
      for (;;) {
        const { bytesRead } = await source.read(block, 0, block.length, bytes);
        if (bytesRead === 0) break;
        const part = block.subarray(0, bytesRead);
        hash.update(part);
        await target.writeFile(part);
        bytes += bytesRead;
        alive?.();
      }
      await target.datasync();
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/**
 * Opens a local file that is to be copied in.
 * @throws {TemperedError} `WRONG_INPUT` when it cannot be opened
 */
export async function openSource(path: string): Promise<FileHandle> {
  return open(path, 'r').catch((cause: unknown) => {
    const why = isAbsent(cause) ? 'there is nothing' : messageOf(cause);
    throw new TemperedError('WRONG_INPUT', `cannot copy ${path}: ${why}`, { field: 'path', found: path }, { cause });
  });
}
