import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Folder of the checkout: the nearest one above the compiled code that holds package-lock.json, so it is found from any build folder.
 */
export const projectRoot: string = findProjectRoot(dirname(fileURLToPath(import.meta.url)));

/**
 * Folder of everything that the embedded platform keeps: server database, logs, jobs, data.
 * `TEMPERED_HOME` (relative to the working folder) names another one; the default is `.tempered` in the checkout.
 */
export function stateDir(): string {
  const named = process.env['TEMPERED_HOME'];
  if (named === undefined || named === '') return join(projectRoot, '.tempered');
  return isAbsolute(named) ? named : resolve(named);
}

function findProjectRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package-lock.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package-lock.json above ${start}: the checkout is incomplete`);
  }
}
