import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { profilePath } from '../../settings/profile.js';
import type { TemporalConnection } from '../../settings/temporal.js';

/** Changes with every compilation and every new workflow bundle. */
const BUILD_FILES = ['../../.tsbuildinfo', '../../workflow-bundle.js'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/**
 * Names what a worker runs: the code, the profile, the server. When it differs from what a running worker was started with, the
 * worker is out of date.
 */
export function workerFingerprint({ address, namespace }: TemporalConnection): string {
  const hash = createHash('sha256');
  for (const path of BUILD_FILES) hash.update(modifiedAt(path));
  for (const part of [contentOf(profilePath()), process.version, address, namespace]) hash.update(`\0${part}`);
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
