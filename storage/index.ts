import { isAbsolute } from 'node:path';
import { TemperedError } from '../contracts/failure.js';
import { fileUri } from './file-uri.js';
import { FileStorage } from './file.js';
import { S3Storage } from './s3/s3-storage.js';
import type { Storage } from './storage.js';

/** What some storages need to know besides their root. */
interface StorageSettings {
  /** Region of AWS, as `eu-central-1`: `aws.region` of tempered.json. */
  readonly region?: string | undefined;
}

type Open = (rootUri: string, inputFolders: readonly string[], settings: StorageSettings) => Storage;

/** Every storage by the scheme of its URIs. A new one is one line here. */
const STORAGES: Readonly<Record<string, Open>> = {
  file: (rootUri, inputFolders) => new FileStorage(rootUri, inputFolders),
  s3: (rootUri, inputFolders, { region }) => new S3Storage(rootUri, inputFolders, region),
};

/**
 * Opens the storage behind a root URI. Nothing is touched yet: the root is made by the first write.
 * @param inputFolders absolute paths or URIs of folders that may be read besides the root
 * @throws {TemperedError} `WRONG_INPUT` for a scheme that is not known, or a text that is not a URI
 */
export function openStorage(rootUri: string, inputFolders: readonly string[], settings: StorageSettings = {}): Storage {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//.exec(rootUri)?.[1];
  const open = scheme !== undefined && Object.hasOwn(STORAGES, scheme) ? STORAGES[scheme] : undefined;
  if (open === undefined) {
    const allowed = Object.keys(STORAGES).map((name) => `${name}://`);
    const message = `storage.root "${rootUri}" is not the URI of a storage we know; it must begin with ${allowed.join(' or ')}`;
    throw new TemperedError('WRONG_INPUT', message, { field: 'storage.root', found: rootUri, allowed });
  }
  return open(
    rootUri,
    inputFolders.map((folder) => (isAbsolute(folder) ? fileUri(folder) : folder)),
    settings,
  );
}

/** The part of a loaded profile that says where the data is. */
interface StorageOwner {
  readonly storageRootUri: string;
  readonly inputFolders: readonly string[];
  readonly profile: { readonly aws?: StorageSettings | undefined };
}

/** Opens the storage that a profile names. Errors as {@link openStorage}. */
export function openStorageOf({ storageRootUri, inputFolders, profile }: StorageOwner): Storage {
  return openStorage(storageRootUri, inputFolders, profile.aws);
}
