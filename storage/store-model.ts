import { TemperedError } from '../contracts/failure.js';
import type { Manifest, ManifestFile, Provenance } from '../contracts/manifest.js';
import type { ModelRef } from '../contracts/refs.js';
import { findChangedFile } from './content-hash.js';
import { layout } from './layout.js';
import { manifestOf } from './manifest.js';
import { publishContent } from './publish-content.js';
import { describeNamedByContent, findReferenceDamage, modelRef } from './snapshots.js';
import type { Storage } from './storage.js';

/** A model folder that is to be stored. */
export interface NewModel {
  readonly name: string;
  readonly files: readonly ManifestFile[];
  /** Hash of the candidate that it was made from. */
  readonly candidateSha256: string;
}

/** A model folder as a job left it, and who the job was. */
export interface StagedModel extends NewModel {
  readonly stagedUri: string;
  readonly provenance: Provenance;
}

/** The reference that a model will have once it is stored: its content alone decides it. */
export function futureModelRef(storage: Storage, model: NewModel): ModelRef {
  return modelRef(describeNamedByContent(layout.modelVersions(storage, model.name), modelManifest(model)));
}

/** True when the store holds the model, and its files are there with their sizes. */
export async function isStored(storage: Storage, model: NewModel): Promise<boolean> {
  const { uri, sha256 } = futureModelRef(storage, model);
  return (await findReferenceDamage(storage, { uri, manifestSha256: sha256 })) === undefined;
}

/**
 * Moves a staged folder into the model store, under the hash of its manifest. A model that is there already stays as it is, and
 * the staged folder, which may be gone, is removed.
 * @throws {TemperedError} `CONTRACT_BROKEN` when a file is not the one that was listed
 */
export async function storeModel(storage: Storage, model: StagedModel): Promise<ModelRef> {
  const { name, stagedUri, provenance } = model;
  if ((await storage.stat(stagedUri)) !== undefined) {
    const change = await findChangedFile(storage, stagedUri, model.files);
    if (change !== undefined) {
      const message = `${stagedUri}/${change.path}: found ${change.found}, expected ${change.expected}, as the job says`;
      throw new TemperedError('CONTRACT_BROKEN', message, { file: change.path });
    }
  }
  const parentUri = layout.modelVersions(storage, name);
  const manifest = modelManifest(model);
  return modelRef(await publishContent(storage, { stagedUri, parentUri, manifest, provenance }));
}

function modelManifest({ name, files, candidateSha256 }: NewModel): Manifest {
  return manifestOf({ kind: 'model', dataset: name, files, candidateSha256 });
}
