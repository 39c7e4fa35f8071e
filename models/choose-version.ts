import { TemperedError } from '../contracts/failure.js';
import type { ModelRef } from '../contracts/refs.js';
import type { Storage } from '../storage/storage.js';
import { listModels, loadModel, type StoredModel } from './model-store.js';

/** A hash may be written by its beginning, from so many digits on. */
const START_OF_HASH = /^[0-9a-f]{4,63}$/;

/**
 * The model that a person means, whole.
 * @param version an alias, a hash or the beginning of one
 * @throws {TemperedError} `WRONG_INPUT` naming what there is instead, or what begins so; `INVALID_DATA` for a damaged model
 */
export async function chooseVersion(storage: Storage, name: string, version: string): Promise<ModelRef> {
  if (START_OF_HASH.test(version)) {
    const found = await versionsThatStart(storage, name, version);
    const [only] = found;
    if (only !== undefined && found.length === 1) return loadModel(storage, name, only.ref.sha256);
    if (only !== undefined) {
      const allowed = found.map(({ ref }) => ref.sha256);
      const message = `several versions of model ${name} begin with ${version}: ${allowed.join(', ')}`;
      throw new TemperedError('WRONG_INPUT', message, { field: 'version', found: version, allowed });
    }
  }
  return loadModel(storage, name, version);
}

/**
 * The version that was stored last, whole.
 * @throws {TemperedError} as {@link chooseVersion}
 */
export async function newestVersion(storage: Storage, name: string): Promise<ModelRef> {
  const [newest] = await listModels(storage, name);
  return loadModel(storage, name, newest?.ref.sha256 ?? 'newest');
}

/** An alias may look like the beginning of a hash; it goes first. */
async function versionsThatStart(storage: Storage, name: string, start: string): Promise<readonly StoredModel[]> {
  const versions = await listModels(storage, name);
  if (versions.some(({ aliases }) => aliases.includes(start))) return [];
  return versions.filter(({ ref }) => ref.sha256.startsWith(start));
}
