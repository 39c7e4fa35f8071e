import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Folder of the checkout: the nearest one above the compiled code that holds package-lock.json, so it is found from any build folder.
 */
export const projectRoot: string = findProjectRoot(dirname(fileURLToPath(import.meta.url)));

const PROFILE_FILE = 'tempered.json';

/** The profile of the checkout, which need not be there. */
export const defaultProfilePath: string = join(projectRoot, PROFILE_FILE);

/** Where the profile is: `TEMPERED_PROFILE`, else the nearest `tempered.json` from the working folder upwards, else that of the checkout. */
export function profilePath(): string {
  const named = process.env['TEMPERED_PROFILE'];
  if (named !== undefined && named !== '') return resolve(named);
  for (let folder = process.cwd(); folder !== projectRoot; folder = dirname(folder)) {
    const path = join(folder, PROFILE_FILE);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) break;
  }
  return defaultProfilePath;
}

/**
 * Folder of everything that the embedded platform keeps: server database, logs, jobs, data.
 * `TEMPERED_HOME` (relative to the working folder) names another one; the default is `.tempered` beside the profile.
 */
export function stateDir(): string {
  const named = process.env['TEMPERED_HOME'];
  return named === undefined || named === '' ? join(dirname(profilePath()), '.tempered') : resolve(named);
}

function findProjectRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package-lock.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package-lock.json above ${start}: the checkout is incomplete`);
  }
}
