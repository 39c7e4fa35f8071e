import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileUri } from '../../storage/file-uri.js';
import { openStorage } from '../../storage/index.js';
import type { Storage } from '../../storage/storage.js';
import { closingStorage } from '../fixtures/closing-storage.js';

/** A storage of a test's own, in a folder of its own. */
export interface TemporaryStorage {
  readonly storage: Storage;
  /** Holds the root and whatever else the test makes. */
  readonly folder: string;
  close(): Promise<void>;
}

/**
 * Makes an empty storage whose name is as difficult as names get.
 * @param inputFolders names of folders beside the root that may be read
 */
export async function temporaryStorage(inputFolders: readonly string[] = []): Promise<TemporaryStorage> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'tempered-storage-')));
  const inputs = inputFolders.map((name) => join(folder, name));
  const closing = closingStorage(openStorage(fileUri(join(folder, 'root 50% é#?')), inputs));
  const close = async (): Promise<void> => {
    await closing.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { storage: closing.storage, folder, close };
}
