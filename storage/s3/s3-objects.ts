import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { TemperedError } from '../../contracts/failure.js';
import type { ListedFile } from './s3-claim.js';
import type { S3Clients } from './s3-connection.js';
import { isRefusal } from './s3-errors.js';
import type { S3Place } from './s3-uri.js';

/** An answer may break off in its middle, which the SDK does not repeat. */
const BODY_ATTEMPTS = 5;

/** S3 answers 409 while another conditional write to the key is under way; each time there is one less. */
const CONFLICT_ATTEMPTS = 20;
const CONFLICT_PAUSE_MS = 100;

/** An object for the folder itself may come before the first file. */
const FIRST_KEYS = 2;

/** Says which call wrote an object. */
const WRITE_ID = 'tempered-write';

/** What a HEAD says of an object. */
export interface Head {
  readonly bytes: number;
  readonly etag: string;
  readonly modifiedMs: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** One page of a folder's listing, in the order of S3: files and, where they are not entered, folders, by their paths in it. */
export interface Page {
  readonly files: readonly ListedFile[];
  readonly folders: readonly string[];
}

/** What must be so for a write to happen: nothing is there, or what has this ETag. */
export type Condition = { readonly kind: 'absent' } | { readonly kind: 'unchanged'; readonly etag: string };

/** Objects of S3 as we use them: by place, in bounded memory, repeated where the SDK does not. Throws the SDK's errors. */
export class S3Objects {
  constructor(private readonly connect: () => Promise<S3Clients>) {}

  async find({ bucket, key }: S3Place): Promise<Head | undefined> {
    const { s3 } = await this.connect();
    try {
      const found = await s3.headObject({ Bucket: bucket, Key: key });
      return {
        bytes: found.ContentLength ?? 0,
        etag: found.ETag ?? '',
        modifiedMs: wholeSeconds(found.LastModified),
        metadata: found.Metadata ?? {},
      };
    } catch (error) {
      if (isRefusal(error, 404)) return undefined;
      throw error;
    }
  }

  /** @param part a range of bytes of the version with an ETag; by default all of whatever is there */
  async get(
    { bucket, key }: S3Place,
    part?: { readonly start: number; readonly end: number; readonly etag: string },
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { s3 } = await this.connect();
    const only = part && { Range: `bytes=${part.start}-${part.end - 1}`, IfMatch: part.etag };
    for (let attempt = 1; ; attempt++) {
      const answer = await s3.getObject({ Bucket: bucket, Key: key, ...only });
      try {
        const bytes = new Uint8Array((await answer.Body?.transformToByteArray()) ?? []);
        const expected = answer.ContentLength ?? bytes.length;
        if (bytes.length === expected) return bytes;
        throw new Error(`the answer broke off after ${bytes.length} of ${expected} bytes`);
      } catch (error) {
        if (attempt === BODY_ATTEMPTS) throw error;
      }
    }
  }

  async put(
    { bucket, key }: S3Place,
    body: Uint8Array,
    metadata: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const { s3 } = await this.connect();
    await s3.putObject({ Bucket: bucket, Key: key, Body: body, ContentLength: body.length, Metadata: metadata });
  }

  /**
   * Writes under a condition; false when it did not hold. The answer to a write that happened may be lost: its repetition is then
   * refused because of our own object. Each call leaves its mark on what it writes, so that it knows its own, whatever the content.
   */
  async putIf(
    { bucket, key }: S3Place,
    condition: Condition,
    { body, metadata = {} }: { readonly body: Uint8Array; readonly metadata?: Readonly<Record<string, string>> },
  ): Promise<boolean> {
    const { s3 } = await this.connect();
    const id = randomUUID();
    const only = condition.kind === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: condition.etag };
    const request = { Bucket: bucket, Key: key, Body: body, ContentLength: body.length, ...only };
    for (let attempt = 1; ; attempt++) {
      try {
        await s3.putObject({ ...request, Metadata: { ...metadata, [WRITE_ID]: id } });
        return true;
      } catch (error) {
        if (
          isRefusal(error, 412, ...(condition.kind === 'unchanged' ? [404] : [])) &&
          !isRefusal(error, 'NoSuchBucket')
        )
          return this.wrote({ bucket, key }, id);
        if (!isRefusal(error, 409) || attempt === CONFLICT_ATTEMPTS) throw error;
        await sleep(CONFLICT_PAUSE_MS * Math.random() * attempt);
      }
    }
  }

  /**
   * Writes in parts; the object is there when all are. Whatever fails, no part is left.
   * @param send uploads to the place with this metadata, and removes its parts when it fails
   */
  async inParts(place: S3Place, send: (metadata: Readonly<Record<string, string>>) => Promise<unknown>): Promise<void> {
    const id = randomUUID();
    try {
      await send({ [WRITE_ID]: id });
    } catch (error) {
      // The upload is over: it was completed by a request whose answer was lost.
      if (isRefusal(error, 'NoSuchUpload') && (await this.wrote(place, id))) return;
      throw error;
    }
  }

  /** All below a folder in pages of a thousand; with `children` only what is directly in it. */
  async *pages({ bucket, key }: S3Place, what: 'all' | 'children' | 'first'): AsyncGenerator<Page> {
    const { s3 } = await this.connect();
    const Prefix = key === '' ? '' : `${key}/`;
    let ContinuationToken: string | undefined;
    do {
      const page = await s3.listObjectsV2({
        Bucket: bucket,
        Prefix,
        ...(what === 'children' ? { Delimiter: '/' } : {}),
        ...(what === 'first' ? { MaxKeys: FIRST_KEYS } : {}),
        ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
      });
      const pathOf = (full = ''): string => full.slice(Prefix.length);
      yield {
        files: (page.Contents ?? []).map(({ Key, Size, ETag, LastModified }) => ({
          path: pathOf(Key),
          bytes: Size ?? 0,
          etag: ETag ?? '',
          modifiedMs: wholeSeconds(LastModified),
        })),
        folders: (page.CommonPrefixes ?? []).map(({ Prefix: folder }) => pathOf(folder).replace(/\/$/, '')),
      };
      ContinuationToken = what === 'first' ? undefined : page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
  }

  /** All files below a folder. */
  async filesBelow(place: S3Place): Promise<readonly ListedFile[]> {
    const found: ListedFile[] = [];
    for await (const { files } of this.pages(place, 'all')) found.push(...files.filter(isRealFile));
    return found;
  }

  /** Removes all below a folder, page by page; absent is fine. */
  async removeFolder(place: S3Place): Promise<void> {
    for await (const { files } of this.pages(place, 'all'))
      await this.remove(
        place.bucket,
        files.map(({ path }) => below(place, path).key),
      );
  }

  /** Removes objects by their keys, at most a thousand; those that are absent are fine. */
  async remove(bucket: string, keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const { s3 } = await this.connect();
    const { Errors: [first] = [] } = await s3.deleteObjects({
      Bucket: bucket,
      Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true },
    });
    if (first === undefined) return;
    const { Code = 'Error', Key = '', Message = '' } = first;
    const status = Code === 'AccessDenied' ? 403 : undefined;
    throw Object.assign(new Error(`${Key}: ${Message}`), { name: Code, $metadata: { httpStatusCode: status } });
  }

  private async wrote(place: S3Place, id: string): Promise<boolean> {
    return (await this.find(place))?.metadata[WRITE_ID] === id;
  }
}

/** False for a key that ends in a slash, which is how consoles and Hadoop make an empty folder; it holds nothing. */
export function isRealFile({ path }: ListedFile): boolean {
  return path !== '' && !path.endsWith('/');
}

/** The key of something below a folder. */
export function below(folder: S3Place, path: string): S3Place {
  return { bucket: folder.bucket, key: folder.key === '' ? path : `${folder.key}/${path}` };
}

/** A HEAD knows whole seconds only, and everything is to say the same. */
function wholeSeconds(time: Date | undefined): number {
  if (time === undefined)
    throw new TemperedError('STORAGE_UNAVAILABLE', 'the server does not say when an object was modified');
  return Math.floor(time.getTime() / 1_000) * 1_000;
}
