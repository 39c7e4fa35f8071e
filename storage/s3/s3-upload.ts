import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { TemperedError } from '../../contracts/failure.js';
import { messageOf } from '../../contracts/system-error.js';
import { openSource } from '../copy-and-hash.js';
import type { CopiedFile } from '../storage.js';
import type { S3Clients } from './s3-connection.js';
import type { S3Objects } from './s3-objects.js';
import type { S3Place } from './s3-uri.js';

/** Bytes read at a time. */
const READ_BYTES = 1024 * 1024;

/** A part is as small as it may be for the file, since the parts under way are held in memory. */
const SMALLEST_PART_BYTES = 8 * 1024 * 1024;

/** S3 takes ten thousand; the file may grow a little while it is read. */
const MOST_PARTS = 9_000;

/** Parts under way hold at most this much memory, or one part of a file of more than a terabyte. */
const MEMORY_BYTES = 64 * 1024 * 1024;

/**
 * Uploads a local file and hashes what it uploads.
 * @throws {TemperedError} `WRONG_INPUT` when the file cannot be read; else the SDK's errors
 */
export async function uploadAndHash(
  { s3, Upload }: S3Clients,
  objects: S3Objects,
  { from, to, alive }: { readonly from: string; readonly to: S3Place; readonly alive?: (() => void) | undefined },
): Promise<CopiedFile> {
  const source = await openSource(from);
  try {
    const { size } = await source.stat();
    const partSize = Math.max(SMALLEST_PART_BYTES, Math.ceil(size / MOST_PARTS));
    const queueSize = Math.min(4, Math.max(1, Math.floor(MEMORY_BYTES / partSize)));
    const hash = createHash('sha256');
    let bytes = 0;
    const hashed = async function* (): AsyncGenerator<Buffer> {
      for await (const block of blocksOf(source, from)) {
        hash.update(block);
        bytes += block.length;
        alive?.(); // read when a part under way has room for it: the upload gets on
        yield block;
      }
    };
    await objects.inParts(to, async (metadata) => {
      const params = { Bucket: to.bucket, Key: to.key, Body: Readable.from(hashed()), Metadata: metadata };
      await new Upload({ client: s3, params, partSize, queueSize }).done();
    });
    return { bytes, sha256: hash.digest('hex') };
  } finally {
    await source.close();
  }
}

async function* blocksOf(source: FileHandle, path: string): AsyncGenerator<Buffer> {
  for (;;) {
    // A new one each time: the parts under way keep theirs.
    const { bytesRead, buffer } = await source
      .read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, null)
      .catch(unreadable(path));
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

function unreadable(path: string): (cause: unknown) => never {
  return (cause) => {
    const message = `cannot copy ${path}: ${messageOf(cause)}`;
    throw new TemperedError('WRONG_INPUT', message, { field: 'path', found: path }, { cause });
  };
}
