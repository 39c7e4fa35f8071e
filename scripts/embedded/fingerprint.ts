import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { buildStamp } from '../../settings/build-stamp.js';
import { bundlePathOf } from '../../settings/bundle-path.js';
import { profilePath } from '../../settings/home.js';
import type { Project } from '../../settings/project.js';
import type { TemporalConnection } from '../../settings/temporal.js';

/**
 * Names what a worker runs: the code, that of the user's own pipelines, the profile, the server. When it differs from what a running worker was started with, the
 * worker is out of date.
 */
export function workerFingerprint({ address, namespace }: TemporalConnection, project: Project): string {
  const hash = createHash('sha256');
  const bundle = bundlePathOf(project);
  for (const part of [
    buildStamp(),
    modifiedAt(bundle),
    bundle,
    contentOf(profilePath()),
    process.version,
    address,
    namespace,
  ])
    hash.update(`\0${part}`);
  return hash.digest('hex').slice(0, 16);
}

function modifiedAt(path: string): string {
  return String(statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // no profile: the defaults
  }
}
