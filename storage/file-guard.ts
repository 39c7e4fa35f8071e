import { realpath } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { TemperedError } from '../contracts/failure.js';
import { isAbsent } from './file-errors.js';
import { pathOfFileUri } from './file-uri.js';

/**
 * Keeps paths where they belong: writes inside the root, reads inside the root and the input folders. Checked twice, by the
 * URI as written and by where its symbolic links really lead.
 */
export class FileGuard {
  constructor(
    private readonly root: string,
    private readonly inputFolders: readonly string[],
  ) {}

  /**
   * The path to read for a URI.
   * @throws {TemperedError} `WRONG_INPUT` when it lies, or leads, outside the root and every input folder
   */
  async readable(uri: string): Promise<string> {
    const path = pathOfFileUri(uri);
    const folders = [this.root, ...this.inputFolders];
    if (!folders.some((folder) => isWithin(path, folder))) throw this.outside(uri);
    const real = await realPathOf(path);
    for (const folder of folders) {
      if (isWithin(real, await realPathOf(folder))) return path;
    }
    throw this.outside(uri, real);
  }

  /**
   * The path to make, replace, move or remove for a URI. Its last name may be a symbolic link: we never write through one,
   * we replace it.
   * @throws {TemperedError} `WRONG_INPUT` when it is the root itself, or its folder lies, or leads, outside the root
   */
  async writable(uri: string): Promise<string> {
    const path = pathOfFileUri(uri);
    if (path === this.root || !isWithin(path, this.root)) throw this.outside(uri);
    const realFolder = await realPathOf(dirname(path));
    if (!isWithin(realFolder, await realPathOf(this.root))) throw this.outside(uri, realFolder);
    return path;
  }

  private outside(uri: string, leadsTo?: string): TemperedError {
    const where = leadsTo === undefined ? 'lies' : `leads (to ${leadsTo}, by a symbolic link)`;
    const advice = 'import it with: npx tempered import PATH, or list its folder under inputFolders in tempered.json';
    const message = `${uri} ${where} outside the storage root ${this.root}; ${advice}`;
    return new TemperedError('WRONG_INPUT', message, { field: 'uri', found: uri, root: this.root, advice });
  }
}

/** True when the path is the folder or lies inside it. */
function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Where a path leads with every symbolic link followed; what does not exist yet is kept as it is written. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const parent = dirname(path);
    if (!isAbsent(error) || parent === path) throw error;
    return `${(await realPathOf(parent)).replace(/\/$/, '')}${path.slice(parent === '/' ? 0 : parent.length)}`;
  }
}
