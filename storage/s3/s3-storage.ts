import { TemperedError } from '../../contracts/failure.js';
import type { CopiedFile, Entry, RandomAccess, Storage } from '../storage.js';
import { MARKER } from './s3-claim.js';
import { connectS3, type S3Clients } from './s3-connection.js';
import { S3Copies } from './s3-copy.js';
import { isRefusal, toS3Error, type S3Action } from './s3-errors.js';
import { S3Guard } from './s3-guard.js';
import { isRealFile, S3Objects } from './s3-objects.js';
import { S3Publisher } from './s3-publisher.js';
import { placeOfS3Uri, s3Uri, type S3Place } from './s3-uri.js';
import { uploadAndHash } from './s3-upload.js';

/** Storage below a prefix of a bucket of Amazon S3, or of a server that knows its conditional writes. */
export class S3Storage implements Storage {
  readonly scheme = 's3';
  readonly root: string;
  private readonly guard: S3Guard;
  private readonly objects: S3Objects;
  private readonly publisher: S3Publisher;
  private clients: Promise<S3Clients> | undefined;

  /**
   * @param rootUri the bucket exists; nothing else needs to
   * @param inputFolders URIs of folders that may be read, never written, besides
   * @param region as `eu-central-1`; by default what the SDK finds
   * @throws {TemperedError} `WRONG_INPUT` when one of them is not the URI of a place in S3
   */
  constructor(
    rootUri: string,
    inputFolders: readonly string[],
    private readonly region: string | undefined,
  ) {
    const root = placeOfS3Uri(rootUri);
    this.root = s3Uri(root);
    this.guard = new S3Guard(root, inputFolders.map(placeOfInputFolder));
    const connect = (): Promise<S3Clients> => this.connect();
    this.objects = new S3Objects(connect);
    this.publisher = new S3Publisher(this.objects, new S3Copies(connect, this.objects));
  }

  async read(uri: string): Promise<Uint8Array> {
    const place = this.guard.readable(uri);
    return this.doing('read', uri, async () => {
      try {
        return await this.objects.get(place);
      } catch (error) {
        throw isAbsent(error) ? await this.noFile(uri, place) : error;
      }
    });
  }

  async find(uri: string): Promise<Uint8Array | undefined> {
    const place = this.guard.readable(uri);
    return this.doing('read', uri, () =>
      this.objects.get(place).catch((error: unknown) => {
        if (isAbsent(error)) return undefined;
        throw error;
      }),
    );
  }

  async open(uri: string): Promise<RandomAccess> {
    const place = this.guard.readable(uri);
    return this.doing('read', uri, async () => {
      const head = await this.objects.find(place);
      if (head === undefined) throw await this.noFile(uri, place);
      const { bytes: byteLength, etag } = head;
      const slice = async (start: number, end = byteLength): Promise<ArrayBuffer> => {
        const part = { start, end: Math.min(end, byteLength), etag };
        if (part.start >= part.end) return new ArrayBuffer(0);
        return this.doing('read', uri, async () => (await this.objects.get(place, part).catch(changed(uri))).buffer);
      };
      return { byteLength, slice };
    });
  }

  async write(uri: string, bytes: Uint8Array | string): Promise<void> {
    const place = this.guard.writable(uri);
    await this.doing('write', uri, () => this.objects.put(place, toBytes(bytes)));
  }

  async writeNew(uri: string, bytes: Uint8Array | string): Promise<boolean> {
    const place = this.guard.writable(uri);
    return this.doing('write', uri, () => this.objects.putIf(place, { kind: 'absent' }, { body: toBytes(bytes) }));
  }

  async copyIn(localPath: string, uri: string, alive?: () => void): Promise<CopiedFile> {
    const to = this.guard.writable(uri);
    return this.doing('write', uri, async () => {
      const clients = await this.connect();
      return uploadAndHash(clients, this.objects, { from: localPath, to, alive });
    });
  }

  async stat(uri: string): Promise<Entry | undefined> {
    const place = this.guard.readable(uri);
    return this.doing('read', uri, async () => {
      const head = place.key === '' ? undefined : await this.objects.find(place);
      const name = place.key === '' ? place.bucket : place.key.slice(place.key.lastIndexOf('/') + 1);
      if (head !== undefined) return { name, kind: 'file', bytes: head.bytes, modifiedMs: head.modifiedMs };
      const { kind } = await this.publisher.lookAt(place);
      return kind === 'taken' ? folderEntry(name) : undefined;
    });
  }

  async list(uri: string, last = Infinity): Promise<readonly Entry[]> {
    const place = this.guard.readable(uri);
    return this.doing('read', uri, async () => {
      const entries = new Map<string, Entry>();
      for await (const { files, folders } of this.objects.pages(place, 'children')) {
        // A folder that is being copied is not there yet.
        if (files.some(({ path, bytes }) => path === MARKER && bytes > 0)) return [];
        for (const name of folders) if (name !== '') entries.set(name, folderEntry(name));
        for (const { path: name, bytes, modifiedMs } of files.filter(isRealFile))
          if (name !== MARKER) entries.set(name, { name, kind: 'file', bytes, modifiedMs });
      }
      const sorted = [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
      return sorted.slice(Math.max(0, sorted.length - last));
    });
  }

  async publish(stagingUri: string, finalUri: string): Promise<boolean> {
    const staging = this.guard.writable(stagingUri);
    const final = this.guard.writable(finalUri);
    return this.doing('publish', finalUri, () => this.publisher.publish(staging, final));
  }

  async remove(uri: string): Promise<void> {
    const place = this.guard.writable(uri);
    await this.doing('remove', uri, async () => {
      await this.objects.remove(place.bucket, [place.key]);
      await this.objects.removeFolder(place);
    });
  }

  /** A bucket has no end. */
  freeBytes(): Promise<null> {
    return Promise.resolve(null);
  }

  private connect(): Promise<S3Clients> {
    return (this.clients ??= connectS3(this.region));
  }

  private async doing<T>(doing: S3Action['doing'], uri: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      const { root } = this;
      const { bucket } = placeOfS3Uri(uri);
      const field = bucket === placeOfS3Uri(root).bucket ? 'storage.root' : 'inputFolders';
      throw toS3Error(error, { doing, uri, root, bucket, field }, await this.knownRegion());
    }
  }

  /** The region that requests went to; undefined when none is set. */
  private async knownRegion(): Promise<string | undefined> {
    return this.region ?? (await this.clients?.then(({ s3 }) => s3.config.region()).catch(() => undefined));
  }

  /** Listing also tells apart a bucket that does not exist. */
  private async noFile(uri: string, place: S3Place): Promise<TemperedError> {
    const { kind } = await this.publisher.lookAt(place);
    const why = kind === 'free' ? 'there is nothing' : 'it is a folder, not a file';
    return new TemperedError('WRONG_INPUT', `cannot read ${uri}: ${why}`, { uri, root: this.root });
  }
}

function placeOfInputFolder(uri: string): S3Place {
  if (uri.startsWith('s3://')) return placeOfS3Uri(uri);
  const advice = 'import it with: npx tempered import PATH, and take it out of inputFolders';
  const message = `inputFolders holds ${uri}, which jobs cannot reach while storage.root is in S3; ${advice}`;
  throw new TemperedError('WRONG_INPUT', message, { field: 'inputFolders', found: uri, advice });
}

function isAbsent(error: unknown): boolean {
  return isRefusal(error, 'NoSuchKey', 'NotFound');
}

function changed(uri: string): (error: unknown) => never {
  return (error) => {
    if (!isRefusal(error, 412) && !isAbsent(error)) throw error;
    throw new TemperedError('STORAGE_UNAVAILABLE', `${uri} was replaced while it was read`, { uri });
  };
}

function folderEntry(name: string): Entry {
  return { name, kind: 'folder', bytes: 0, modifiedMs: 0 };
}

function toBytes(content: Uint8Array | string): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}
