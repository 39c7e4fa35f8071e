import { TemperedError } from '../contracts/failure.js';
import { Sha256, type ModelRef } from '../contracts/refs.js';
import { findChangedFile } from '../storage/content-hash.js';
import { isName, layout } from '../storage/layout.js';
import { findProvenance } from '../storage/provenance.js';
import { findReferenceDamage, findSnapshot, modelRef, readManifest } from '../storage/snapshots.js';
import type { Storage } from '../storage/storage.js';
import { CHAMPION, findAlias, moveAlias, type AliasMove, type AliasOutcome } from './model-alias.js';

/** A model in the store. */
export interface StoredModel {
  readonly ref: ModelRef;
  readonly bytes: number;
  /** ISO time; null when its provenance was lost. */
  readonly publishedAt: string | null;
  /** Aliases that point to it. */
  readonly aliases: readonly string[];
}

/**
 * Looks a model up.
 * @param version an alias, as `champion`, or the hash of a version
 * @returns undefined when there is no such model or version; its files are not looked at
 */
export async function findModel(storage: Storage, name: string, version: string): Promise<ModelRef | undefined> {
  const sha256 = Sha256.safeParse(version).success ? version : await findAliased(storage, name, version);
  return sha256 === undefined ? undefined : (await findVersion(storage, name, sha256))?.ref;
}

async function findAliased(storage: Storage, name: string, alias: string): Promise<string | undefined> {
  return isName(alias) ? (await findAlias(storage, { name, alias }))?.sha256 : undefined;
}

/**
 * As {@link findModel}, for a model that must be there and whole.
 * @throws {TemperedError} `WRONG_INPUT` naming what there is instead; `INVALID_DATA` as {@link verifyModel}
 */
export async function loadModel(storage: Storage, name: string, version: string): Promise<ModelRef> {
  const ref = await findModel(storage, name, version);
  if (ref !== undefined) {
    await verifyModel(storage, ref);
    return ref;
  }
  const names = await modelNames(storage);
  const known = names.includes(name);
  const allowed = known ? await versionsOf(storage, name) : names;
  const what = known ? `model ${name} has no version or alias "${version}"` : `there is no model "${name}"`;
  const instead =
    allowed.length === 0 ? 'the store is empty; run: npx start-workflow salary' : `there is: ${allowed.join(', ')}`;
  const field = known ? 'version' : 'model';
  throw new TemperedError('WRONG_INPUT', `${what}; ${instead}`, { field, found: known ? version : name, allowed });
}

/**
 * Reads a stored model again and compares every file with its hash, and the hash of its manifest with the reference.
 * @throws {TemperedError} `INVALID_DATA` naming the file that is missing or changed
 */
export async function verifyModel(storage: Storage, ref: ModelRef): Promise<void> {
  const damage = await findReferenceDamage(storage, { uri: ref.uri, manifestSha256: ref.sha256 });
  if (damage !== undefined) throw damaged(ref, damage);
  const change = await findChangedFile(storage, ref.uri, (await readManifest(storage, ref.uri)).files);
  if (change !== undefined) throw damaged(ref, `${change.path}: found ${change.found}, expected ${change.expected}`);
}

/** All stored models, by name, newest first; with one name, its versions only. */
export async function listModels(storage: Storage, name?: string): Promise<readonly StoredModel[]> {
  const names = name === undefined ? await modelNames(storage) : [name];
  return (await Promise.all(names.map((each) => storedVersions(storage, each)))).flat();
}

/** Makes a stored model the champion. See {@link moveAlias}. */
export function promote(
  storage: Storage,
  model: ModelRef,
  move: Pick<AliasMove, 'expected' | 'by' | 'at'>,
): Promise<AliasOutcome> {
  return moveAlias(storage, { ...move, name: model.name, alias: CHAMPION, sha256: model.sha256 });
}

/** Names of all stored models. */
export async function modelNames(storage: Storage): Promise<readonly string[]> {
  return (await storage.list(layout.models(storage))).map((entry) => entry.name);
}

async function storedVersions(storage: Storage, name: string): Promise<readonly StoredModel[]> {
  const aliases = await aliasesOf(storage, name);
  const models = await Promise.all(
    (await hashesOf(storage, name)).map(async (sha256): Promise<readonly StoredModel[]> => {
      const version = await findVersion(storage, name, sha256);
      if (version === undefined) return [];
      const publishedAt = (await findProvenance(storage, version.ref.uri))?.publishedAt ?? null;
      return [{ ...version, publishedAt, aliases: aliases.get(sha256) ?? [] }];
    }),
  );
  return models.flat().sort((a, b) => compare(b.publishedAt ?? '', a.publishedAt ?? ''));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A version by the name of its folder, which is in the reference whatever lies there: {@link verifyModel} and jobs hold it against that. */
async function findVersion(
  storage: Storage,
  name: string,
  sha256: string,
): Promise<Pick<StoredModel, 'ref' | 'bytes'> | undefined> {
  const snapshot = await findSnapshot(storage, layout.model(storage, name, sha256));
  return snapshot && { ref: { ...modelRef(snapshot), sha256 }, bytes: snapshot.manifest.bytes };
}

async function hashesOf(storage: Storage, name: string): Promise<readonly string[]> {
  const entries = await storage.list(layout.modelVersions(storage, name));
  return entries.map((entry) => entry.name).filter((entry) => Sha256.safeParse(entry).success);
}

/** Aliases of a model by the hash that they point to. An alias has a folder for its moves from the first one on. */
async function aliasesOf(storage: Storage, name: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const folders = (await storage.list(layout.aliases(storage, name))).filter((entry) => entry.kind === 'folder');
  const found = new Map<string, string[]>();
  for (const { name: alias } of folders) {
    const sha256 = (await findAlias(storage, { name, alias }))?.sha256;
    if (sha256 !== undefined) found.set(sha256, [...(found.get(sha256) ?? []), alias]);
  }
  return found;
}

async function versionsOf(storage: Storage, name: string): Promise<readonly string[]> {
  return [...[...(await aliasesOf(storage, name)).values()].flat(), ...(await hashesOf(storage, name))];
}

function damaged(ref: ModelRef, why: string): TemperedError {
  const message = `model ${ref.name}/${ref.sha256} is damaged: ${why}`;
  return new TemperedError('INVALID_DATA', message, { field: 'model', found: ref.uri });
}
