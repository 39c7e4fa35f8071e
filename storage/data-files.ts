import type { ManifestFile } from '../contracts/manifest.js';
import type { Storage } from './storage.js';
import { childUri, isHiddenName } from './uri.js';

/** A file that lies in a folder, by its path relative to it. */
export interface FoundFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * All data files in a folder and its sub-folders, in the order of their paths. Files and folders whose names begin with `_`
 * or `.` are not data.
 */
export async function dataFiles(storage: Storage, folderUri: string): Promise<readonly FoundFile[]> {
  const entries = await storage.list(folderUri);
  const found = await Promise.all(
    entries
      .filter(({ name }) => !isHiddenName(name))
      .map(async ({ name, kind, bytes }): Promise<readonly FoundFile[]> => {
        if (kind === 'file') return [{ path: name, bytes }];
        const inner = await dataFiles(storage, childUri(folderUri, name));
        return inner.map((file) => ({ ...file, path: `${name}/${file.path}` }));
      }),
  );
  return found.flat();
}

/** A file that is not as it should be. */
export interface FileDifference {
  readonly path: string;
  readonly found: string;
  readonly expected: string;
}

/** The first listed file that is missing or has another size; undefined when all are there. Files that are not listed do not count. */
export function findDamage(listed: readonly ManifestFile[], found: readonly FoundFile[]): FileDifference | undefined {
  const sizes = new Map(found.map(({ path, bytes }) => [path, bytes]));
  for (const { path, bytes } of listed) {
    const size = sizes.get(path);
    if (size !== bytes) {
      return { path, found: size === undefined ? 'no such file' : `${size} bytes`, expected: `${bytes} bytes` };
    }
  }
  return undefined;
}
