import { randomUUID } from 'node:crypto';
import { TemperedError } from '../contracts/failure.js';
import type { Manifest, Provenance } from '../contracts/manifest.js';
import { layout } from './layout.js';
import {
  describeNamedByContent,
  findReferenceDamage,
  readSnapshot,
  writeSnapshot,
  type Snapshot,
} from './snapshots.js';
import type { Storage } from './storage.js';

/** A staged folder that is to be published under the name of its content. */
export interface StagedContent {
  readonly stagedUri: string;
  /** Its place will be `<parentUri>/<hash of the manifest>`. */
  readonly parentUri: string;
  /** Lists every file of the staged folder with its true hash. */
  readonly manifest: Manifest;
  readonly provenance: Provenance;
}

/**
 * Publishes a staged folder under the name of its content. When the same content is there already, the staged folder is removed
 * and what is there stays: its provenance says who brought it first. Damaged content is moved aside.
 * @throws {TemperedError} `WRONG_INPUT` when there is neither a staged folder nor that content
 */
export async function publishContent(storage: Storage, content: StagedContent): Promise<Snapshot> {
  const { stagedUri, parentUri, manifest, provenance } = content;
  const snapshot = describeNamedByContent(parentUri, manifest);
  if ((await storage.stat(stagedUri)) === undefined) return readSnapshot(storage, snapshot.uri);
  await moveDamageAside(storage, snapshot);
  await writeSnapshot(storage, stagedUri, { manifest, provenance });
  await storage.publish(stagedUri, snapshot.uri);
  return snapshot;
}

/** Frees the place of a snapshot if what lies there is damaged; that is kept for people to look at. */
async function moveDamageAside(storage: Storage, snapshot: Snapshot): Promise<void> {
  if ((await storage.stat(snapshot.uri)) === undefined) return;
  if ((await findReferenceDamage(storage, snapshot)) === undefined) return;
  const aside = { ...snapshot, uri: layout.damaged(storage, snapshot.uri, randomUUID()) };
  try {
    await storage.publish(snapshot.uri, aside.uri);
  } catch (error) {
    // Nothing to move: somebody else has. Whatever else is wrong with the place, publishing to it will say.
    if (error instanceof TemperedError && error.code === 'WRONG_INPUT') return;
    throw error;
  }
  // Somebody may have put whole content there between the look and the move. It goes back, or is one copy too many.
  if ((await findReferenceDamage(storage, aside)) === undefined) await storage.publish(aside.uri, snapshot.uri);
}
