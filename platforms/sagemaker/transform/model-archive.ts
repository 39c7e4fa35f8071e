import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import type { ModelRef } from '../../../contracts/refs.js';
import { readManifest } from '../../../storage/snapshots.js';
import type { Storage } from '../../../storage/storage.js';
import { childUri } from '../../../storage/uri.js';
import { tar } from '../../aws/tar.js';

/** Bytes read from the storage at a time. */
const PIECE_BYTES = 8 * 2 ** 20;

/** A model to pack. */
export interface Packing {
  readonly storage: Storage;
  readonly model: ModelRef;
  /** Where the archive goes, ends in `.tar.gz`. */
  readonly archiveUri: string;
  /** Called after each piece: a model of several GB takes minutes. */
  readonly alive: () => void;
}

/**
 * Packs a stored model into one archive, unless it is there: a transform job takes a model in no other form. On the way it lies on the disk of this
 * machine.
 */
export async function packModel({ storage, model, archiveUri, alive }: Packing): Promise<void> {
  if ((await storage.stat(archiveUri)) !== undefined) return;
  const { files } = await readManifest(storage, model.uri);
  const folder = await mkdtemp(path.join(tmpdir(), 'tempered-model-'));
  try {
    const archive = path.join(folder, 'model.tar.gz');
    const content = files.map(({ path: name, bytes }) => ({
      path: name,
      bytes,
      read: () => telling(piecesOf(storage, childUri(model.uri, name)), alive),
    }));
    // Native model files are half text: the fastest level halves them too.
    await pipeline(tar(content), createGzip({ level: constants.Z_BEST_SPEED }), createWriteStream(archive));
    await storage.copyIn(archive, archiveUri, alive);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* telling(pieces: AsyncIterable<Uint8Array>, alive: () => void): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    alive();
    yield piece;
  }
}

/** A file in the storage, in pieces. */
export async function* piecesOf(storage: Storage, uri: string): AsyncGenerator<Uint8Array> {
  const file = await storage.open(uri);
  for (let start = 0; start < file.byteLength; start += PIECE_BYTES) {
    yield new Uint8Array(await file.slice(start, Math.min(start + PIECE_BYTES, file.byteLength)));
  }
}
