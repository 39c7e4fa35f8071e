import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stateDir } from './home.js';
import type { Project } from './project.js';

/** Our workflows as one file, made at set-up so that workers start at once and all run the same code. */
export const ourBundlePath = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));

/**
 * The workflows of a project as one file: ours alone, or with the user's own. The latter is named by what is in it, so a file that is
 * there is the right one.
 */
export function bundlePathOf({ ownWorkflows }: Pick<Project, 'ownWorkflows'>): string {
  if (ownWorkflows.length === 0) return ourBundlePath;
  const builtMs = statSync(ourBundlePath).mtimeMs;
  const name = createHash('sha256')
    .update(JSON.stringify([builtMs, ownWorkflows]))
    .digest('hex')
    .slice(0, 16);
  return join(stateDir(), 'workflows', `${name}.js`);
}
