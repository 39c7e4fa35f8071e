import { z } from 'zod';
import { assertNever } from '../contracts/assert-never.js';
import { TemperedError } from '../contracts/failure.js';
import { Manifest, MANIFEST_FILE, type Provenance } from '../contracts/manifest.js';
import type { ArtifactRef, DatasetRef, ModelRef, Ref } from '../contracts/refs.js';
import { sha256Of } from './content-hash.js';
import { dataFiles, findDamage } from './data-files.js';
import { manifestJson } from './manifest.js';
import { writeProvenance } from './provenance.js';
import type { Storage } from './storage.js';
import { trimUri } from './uri.js';

/** A published, immutable folder: what its manifest says, and the hash of the manifest's bytes, which names it. */
export interface Snapshot {
  readonly uri: string;
  readonly manifest: Manifest;
  readonly manifestSha256: string;
}

/** The snapshot that a manifest makes of a folder. Nothing is written here. */
export function describeSnapshot(uri: string, manifest: Manifest): Snapshot {
  return { uri: trimUri(uri), manifest, manifestSha256: sha256Of(manifestJson(manifest)) };
}

/** The snapshot that a manifest makes of a folder whose name, inside of the parent, is the hash of the manifest. */
export function describeNamedByContent(parentUri: string, manifest: Manifest): Snapshot {
  const { manifestSha256 } = describeSnapshot(parentUri, manifest);
  return { uri: `${parentUri}/${manifestSha256}`, manifest, manifestSha256 };
}

/** Writes the provenance and then the manifest of a folder, which makes it a snapshot: the last thing to be written there. */
export async function writeSnapshot(
  storage: Storage,
  uri: string,
  { manifest, provenance }: { readonly manifest: Manifest; readonly provenance: Provenance },
): Promise<void> {
  await writeProvenance(storage, uri, provenance);
  await storage.write(manifestUri(uri), manifestJson(manifest));
}

/** The snapshot at a URI; undefined when there is no manifest. Its files are not looked at. */
export async function findSnapshot(storage: Storage, uri: string): Promise<Snapshot | undefined> {
  if ((await storage.stat(manifestUri(uri))) === undefined) return undefined;
  const bytes = await storage.read(manifestUri(uri));
  return { uri: trimUri(uri), manifest: parseManifest(uri, bytes), manifestSha256: sha256Of(bytes) };
}

/**
 * The snapshot at a URI. Its files are not looked at.
 * @throws {TemperedError} `WRONG_INPUT` when nothing is published there, `INVALID_DATA` for a manifest that is not one of ours
 */
export async function readSnapshot(storage: Storage, uri: string): Promise<Snapshot> {
  const snapshot = await findSnapshot(storage, uri);
  if (snapshot !== undefined) return snapshot;
  const advice = 'import it with: npx tempered import PATH';
  throw new TemperedError('WRONG_INPUT', `no published snapshot at ${uri}; ${advice}`, {
    field: 'uri',
    found: uri,
    advice,
  });
}

/** The manifest at a URI. Errors as {@link readSnapshot}. */
export async function readManifest(storage: Storage, uri: string): Promise<Manifest> {
  return (await readSnapshot(storage, uri)).manifest;
}

/** What is wrong with a snapshot's files, in one sentence; undefined when each is there with its size. */
async function findSnapshotDamage(storage: Storage, snapshot: Snapshot): Promise<string | undefined> {
  const damage = findDamage(snapshot.manifest.files, await dataFiles(storage, snapshot.uri));
  return damage && `${snapshot.uri}/${damage.path} is damaged: found ${damage.found}, expected ${damage.expected}`;
}

/**
 * What is wrong with the snapshot that should lie at a URI, in one sentence: its manifest is gone, is no manifest or is another
 * one, or as {@link findSnapshotDamage}. undefined for a whole one.
 */
export async function findReferenceDamage(
  storage: Storage,
  { uri, manifestSha256 }: Pick<Snapshot, 'uri' | 'manifestSha256'>,
): Promise<string | undefined> {
  try {
    const snapshot = await findSnapshot(storage, uri);
    if (snapshot === undefined) return `${uri} has no manifest`;
    if (snapshot.manifestSha256 !== manifestSha256) return `the manifest of ${uri} has changed`;
    return await findSnapshotDamage(storage, snapshot);
  } catch (error) {
    // A root that was moved leaves references outside of it; a manifest may be garbage.
    if (error instanceof TemperedError && (error.code === 'WRONG_INPUT' || error.code === 'INVALID_DATA'))
      return error.message;
    throw error;
  }
}

/**
 * A reference to the dataset at a URI, whose files have been found to be there with their sizes.
 * @throws {TemperedError} `WRONG_INPUT` when nothing, or no dataset, is published there; `INVALID_DATA` naming a file that is
 * missing or has another size
 */
export async function findDataset(storage: Storage, uri: string): Promise<DatasetRef> {
  return wholeRef(storage, await readSnapshot(storage, uri), datasetRef);
}

/** As {@link findDataset}, for a folder of files that is no table. */
export async function findArtifact(storage: Storage, uri: string): Promise<ArtifactRef> {
  return wholeRef(storage, await readSnapshot(storage, uri), artifactRef);
}

async function wholeRef<R extends Ref>(
  storage: Storage,
  snapshot: Snapshot,
  refTo: (snapshot: Snapshot) => R,
): Promise<R> {
  const ref = refTo(snapshot);
  const damage = await findSnapshotDamage(storage, snapshot);
  if (damage !== undefined) throw new TemperedError('INVALID_DATA', damage, { uri: snapshot.uri });
  return ref;
}

/** @throws {TemperedError} `WRONG_INPUT` when the snapshot is of another kind */
function datasetRef({ uri, manifest, manifestSha256 }: Snapshot): DatasetRef {
  const { kind, rows, bytes, schemaSha256 } = manifest;
  if (kind !== 'dataset' || rows === undefined || schemaSha256 === undefined) throw otherKind(uri, kind, 'dataset');
  return { kind, uri, manifestSha256, rows, bytes, schemaSha256 };
}

/** @throws {TemperedError} `WRONG_INPUT` when the snapshot is of another kind */
function artifactRef({ uri, manifest, manifestSha256 }: Snapshot): ArtifactRef {
  const { kind, bytes } = manifest;
  if (kind !== 'artifact') throw otherKind(uri, kind, 'artifact');
  return { kind, uri, manifestSha256, bytes };
}

/** @throws {TemperedError} `WRONG_INPUT` when the snapshot is of another kind */
export function modelRef({ uri, manifest, manifestSha256 }: Snapshot): ModelRef {
  const { kind, dataset: name, candidateSha256 } = manifest;
  if (kind !== 'model' || candidateSha256 === undefined) throw otherKind(uri, kind, 'model');
  return { kind, name, uri, sha256: manifestSha256, candidateSha256 };
}

/** A reference of the snapshot's own kind. */
export function refOf(snapshot: Snapshot): Ref {
  switch (snapshot.manifest.kind) {
    case 'dataset':
      return datasetRef(snapshot);
    case 'artifact':
      return artifactRef(snapshot);
    case 'model':
      return modelRef(snapshot);
    default:
      return assertNever('kind of snapshot', snapshot.manifest.kind);
  }
}

function manifestUri(uri: string): string {
  return `${trimUri(uri)}/${MANIFEST_FILE}`;
}

function parseManifest(uri: string, bytes: Uint8Array): Manifest {
  try {
    return Manifest.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : 'it is not JSON';
    throw new TemperedError('INVALID_DATA', `${manifestUri(uri)} is not a manifest: ${why}`, { uri }, { cause });
  }
}

function otherKind(uri: string, found: string, expected: string): TemperedError {
  const message = `${uri} is of kind ${found}, expected ${expected}`;
  return new TemperedError('WRONG_INPUT', message, { field: 'uri', found, expected });
}
