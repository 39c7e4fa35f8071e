import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { TemperedError } from '../contracts/failure.js';
import { systemErrorCode } from '../contracts/system-error.js';
import { copyAndHash } from './copy-and-hash.js';
import { isAbsent, toStorageError, type FileAction } from './file-errors.js';
import { FileGuard } from './file-guard.js';
import { fileUri, pathOfFileUri } from './file-uri.js';
import { isTemporaryName, syncFolder, withTemporary } from './file-writes.js';
import { mapLimited } from './map-limited.js';
import type { CopiedFile, Entry, RandomAccess, Storage } from './storage.js';

/** Enough to keep a disk busy; Node's own pool runs four file operations at a time. */
const PARALLEL_STATS = 16;

/** Storage in a folder of this machine, or of a file system mounted on it that has hard links and atomic rename. */
export class FileStorage implements Storage {
  readonly scheme = 'file';
  readonly root: string;
  private readonly guard: FileGuard;

  /**
   * @param rootUri made on the first write if absent
   * @param inputFolders URIs of folders that may be read, never written, besides
   */
  constructor(rootUri: string, inputFolders: readonly string[]) {
    const rootPath = pathOfFileUri(rootUri);
    this.root = fileUri(rootPath);
    this.guard = new FileGuard(rootPath, inputFolders.map(pathOfFileUri));
  }

  async read(uri: string): Promise<Uint8Array> {
    return this.doing('read', uri, async () => readFile(await this.guard.readable(uri)));
  }

  async find(uri: string): Promise<Uint8Array | undefined> {
    return this.doing('read', uri, async () => {
      const path = await this.guard.readable(uri);
      return readFile(path).catch(absentAs<Uint8Array | undefined>(undefined));
    });
  }

  async open(uri: string): Promise<RandomAccess> {
    return this.doing('read', uri, async () => {
      const path = await this.guard.readable(uri);
      const found = await stat(path);
      if (!found.isFile())
        throw new TemperedError('WRONG_INPUT', `cannot read ${uri}: it is a folder, not a file`, { uri });
      const byteLength = found.size;
      const slice = (start: number, end = byteLength): Promise<ArrayBuffer> =>
        this.doing('read', uri, () => readSlice(path, start, Math.min(end, byteLength)));
      return { byteLength, slice };
    });
  }

  async write(uri: string, bytes: Uint8Array | string): Promise<void> {
    await this.doing('write', uri, async () => {
      const path = await this.guard.writable(uri);
      await withTemporary(path, bytes, (temporary) => rename(temporary, path));
      await syncFolder(dirname(path));
    });
  }

  async writeNew(uri: string, bytes: Uint8Array | string): Promise<boolean> {
    return this.doing('write', uri, async () => {
      const path = await this.guard.writable(uri);
      // A hard link decides and shows the whole content at once; opening with O_EXCL would show an empty file first.
      const made = await withTemporary(path, bytes, (temporary) => link(temporary, path).then(...madeOrTaken));
      if (made) await syncFolder(dirname(path));
      return made;
    });
  }

  async stat(uri: string): Promise<Entry | undefined> {
    return this.doing('read', uri, async () => statEntry(await this.guard.readable(uri)));
  }

  async list(uri: string, last = Infinity): Promise<readonly Entry[]> {
    return this.doing('read', uri, async () => {
      const path = await this.guard.readable(uri);
      const names = await readdir(path).catch(absentAs<string[]>([]));
      const visible = names.filter((name) => !isTemporaryName(name)).sort();
      const wanted = visible.slice(Math.max(0, visible.length - last));
      const entries = await mapLimited(wanted, PARALLEL_STATS, (name) => statEntry(join(path, name)));
      return entries.filter((entry) => entry !== undefined);
    });
  }

  async publish(stagingUri: string, finalUri: string): Promise<boolean> {
    return this.doing('move', finalUri, async () => {
      const staging = await this.guard.writable(stagingUri);
      const final = await this.guard.writable(finalUri);
      const staged = await statEntry(staging);
      if (staged?.kind === 'folder') {
        await mkdir(dirname(final), { recursive: true });
        // The kernel decides: renaming a folder onto one with content fails, onto nothing (or an empty folder) succeeds.
        if (await rename(staging, final).then(...madeOrTaken)) {
          await syncFolder(dirname(final));
          return true;
        }
        await rm(staging, { recursive: true, force: true });
        return false;
      }
      if ((await statEntry(final)) !== undefined) return false;
      const found = staged === undefined ? 'there is nothing' : 'it is a file, not a folder';
      throw new TemperedError('WRONG_INPUT', `cannot publish ${stagingUri}: ${found}`, { uri: stagingUri });
    });
  }

  async remove(uri: string): Promise<void> {
    await this.doing('remove', uri, async () => rm(await this.guard.writable(uri), { recursive: true, force: true }));
  }

  async freeBytes(): Promise<number> {
    return this.doing('read', this.root, async () => {
      let path = pathOfFileUri(this.root);
      while ((await statEntry(path)) === undefined) path = dirname(path);
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    });
  }

  async copyIn(localPath: string, uri: string, alive?: () => void): Promise<CopiedFile> {
    return this.doing('write', uri, async () => {
      const path = await this.guard.writable(uri);
      await mkdir(dirname(path), { recursive: true });
      const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
      try {
        const copied = await copyAndHash(localPath, temporary, alive);
        await rename(temporary, path);
        await syncFolder(dirname(path));
        return copied;
      } finally {
        await rm(temporary, { force: true });
      }
    });
  }

  private async doing<T>(doing: FileAction['doing'], uri: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw toStorageError(error, { doing, uri, root: this.root });
    }
  }
}

/** For `then`: true when a link or rename took the place, false when it was taken already. */
const madeOrTaken = [
  (): boolean => true,
  (error: unknown): boolean => {
    const errno = systemErrorCode(error);
    if (errno === 'EEXIST' || errno === 'ENOTEMPTY') return false;
    throw error;
  },
] as const;

function absentAs<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (isAbsent(error)) return value;
    throw error;
  };
}

async function statEntry(path: string): Promise<Entry | undefined> {
  const found = await stat(path).catch(absentAs(undefined));
  if (found === undefined) return undefined;
  const kind = found.isDirectory() ? 'folder' : 'file';
  return { name: basename(path), kind, bytes: kind === 'file' ? found.size : 0, modifiedMs: found.mtimeMs };
}

async function readSlice(path: string, start: number, end: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(0, end - start));
  const file = await open(path, 'r');
  try {
    for (let done = 0; done < bytes.length;) {
      const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done);
      if (bytesRead === 0) {
        throw new TemperedError('STORAGE_UNAVAILABLE', `${path} became shorter while it was read`, { path });
      }
      done += bytesRead;
    }
  } finally {
    await file.close();
  }
  return bytes.buffer;
}
