import { Provenance, PROVENANCE_FILE } from '../contracts/manifest.js';
import { findJson } from './find-json.js';
import type { Storage } from './storage.js';
import { childUri } from './uri.js';

/** Who made a snapshot; undefined when that was lost or cannot be read, which takes nothing from the data. */
export function findProvenance(storage: Storage, uri: string): Promise<Provenance | undefined> {
  return findJson(storage, childUri(uri, PROVENANCE_FILE), Provenance);
}

/** Notes who made the content of a folder. Belongs before its manifest: what can be read as data has its provenance. */
export function writeProvenance(storage: Storage, uri: string, provenance: Provenance): Promise<void> {
  return storage.write(childUri(uri, PROVENANCE_FILE), `${JSON.stringify(provenance, null, 1)}\n`);
}
