import { createHash } from 'node:crypto';
import { canonicalJson } from '../contracts/json.js';
import type { ManifestFile } from '../contracts/manifest.js';
import type { FileDifference } from './data-files.js';
import { mapLimited } from './map-limited.js';
import type { Storage } from './storage.js';
import { childUri } from './uri.js';

/** Bytes hashed at a time. */
const BLOCK_BYTES = 4 * 1024 * 1024;

/** Files hashed at a time: reading one while another is hashed is all that two gain. */
const PARALLEL_HASHES = 2;

/** SHA-256 of bytes or UTF-8 text, in hexadecimal. */
export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** SHA-256 of a value's canonical JSON: equal values have equal hashes. */
export function sha256OfJson(value: unknown): string {
  return sha256Of(canonicalJson(value));
}

/** SHA-256 of a file of any size, in bounded memory. */
async function sha256OfFile(storage: Storage, uri: string): Promise<string> {
  const file = await storage.open(uri);
  const hash = createHash('sha256');
  for (let start = 0; start < file.byteLength; start += BLOCK_BYTES) {
    hash.update(new Uint8Array(await file.slice(start, Math.min(start + BLOCK_BYTES, file.byteLength))));
  }
  return hash.digest('hex');
}

/** Reads files again; the first whose hash is not the listed one, undefined when all are. */
export async function findChangedFile(
  storage: Storage,
  folderUri: string,
  files: readonly ManifestFile[],
): Promise<FileDifference | undefined> {
  const changes = await mapLimited(files, PARALLEL_HASHES, async ({ path, sha256 }) => {
    const found = await sha256OfFile(storage, childUri(folderUri, path));
    return found === sha256 ? undefined : { path, found: `sha256 ${found}`, expected: `sha256 ${sha256}` };
  });
  return changes.find((change) => change !== undefined);
}
