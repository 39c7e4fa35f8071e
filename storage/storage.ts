/** What a storage knows of a file or folder. */
export interface Entry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** Reads parts of one file, in the shape that hyparquet takes. */
export interface RandomAccess {
  readonly byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

/** What is known of a file that was copied in. */
export interface CopiedFile {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Where bytes live. One file each; the contract tests in test/contracts hold for all of them. URIs are absolute and carry the scheme.
 * Errors: `STORAGE_UNAVAILABLE` (retryable), `STORAGE_FULL`, and `WRONG_INPUT` for a URI that is absent or outside the root.
 */
export interface Storage {
  readonly scheme: string;
  /** URI of the folder that holds everything we write. */
  readonly root: string;
  read(uri: string): Promise<Uint8Array>;
  /** The same by one request, for a file that need not be there: undefined for nothing. */
  find(uri: string): Promise<Uint8Array | undefined>;
  open(uri: string): Promise<RandomAccess>;
  /** Writes the whole file or nothing; an older one is replaced. */
  write(uri: string, bytes: Uint8Array | string): Promise<void>;
  /** Writes the file unless it exists, decided by the storage itself; false when it did. */
  writeNew(uri: string, bytes: Uint8Array | string): Promise<boolean>;
  /**
   * Copies a local file of any size and hashes it on the way, in bounded memory. The target is not there until it is whole; an older
   * one is replaced. `WRONG_INPUT` also when the local file cannot be read.
   * @param alive called whenever some of it has been copied
   */
  copyIn(localPath: string, uri: string, alive?: () => void): Promise<CopiedFile>;
  stat(uri: string): Promise<Entry | undefined>;
  /**
   * Direct children, by name; an absent folder is empty.
   * @param last only so many of the end of the list: what a folder of thousands costs is asking about each of them
   */
  list(uri: string, last?: number): Promise<readonly Entry[]>;
  /** Moves a finished folder to its final place in one step; false, and the staging folder is gone, when the place is taken. */
  publish(stagingUri: string, finalUri: string): Promise<boolean>;
  /** Removes a file or a folder with all in it; absent is fine. */
  remove(uri: string): Promise<void>;
  /** Bytes that can still be written, or null where that has no meaning. */
  freeBytes(): Promise<number | null>;
}
