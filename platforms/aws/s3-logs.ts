import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type * as S3Sdk from '@aws-sdk/client-s3';
import type { AwsProfile } from '../../contracts/platform-profiles.js';
import { isForeignServer } from '../../storage/s3/s3-connection.js';
import type { LogMark, LogPosition, LogReader } from '../job-log.js';
import { toS3Error } from '../../storage/s3/s3-errors.js';
import { callAws } from './aws-call.js';
import { faultOf } from './aws-fault.js';
import { clientSettings, lazily } from './client-settings.js';
import type { Requirement } from './requirement.js';

/** Reads the logs that services write into S3: wherever the profile says, which may be outside the storage. */
export class S3Logs {
  readonly #client: () => Promise<{ readonly sdk: typeof S3Sdk; readonly s3: S3Sdk.S3Client }>;

  constructor(private readonly aws: AwsProfile) {
    this.#client = lazily(async () => {
      const sdk = await import('@aws-sdk/client-s3');
      return { sdk, s3: new sdk.S3Client({ ...clientSettings(aws), forcePathStyle: isForeignServer() }) };
    });
  }

  /**
   * The last `bytes` of a log file, unpacked when its name ends in `.gz`; whatever its length, no more is held than that.
   * @returns null when it is not there
   */
  async findTail(uri: string, bytes: number): Promise<string | null> {
    const { bucket, key } = partsOf(uri);
    return callAws({ action: `read the log ${uri}`, region: this.aws.region }, async () => {
      const { sdk, s3 } = await this.#client();
      try {
        const { Body } = await s3.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key }));
        if (Body === undefined) return null;
        // In Node the body is a stream; the SDK's type also speaks of browsers.
        return await tailOf(unpacked(uri, Body as Readable), bytes);
      } catch (error) {
        if (faultOf(error) === 'absent') return null;
        throw error;
      }
    });
  }

  /**
   * What must be so for logs to be found, where a profile names a bucket of their own; the storage looks after its own bucket.
   * Without it, a job that fails would be judged without its last words.
   */
  requirements(): readonly Requirement[] {
    const { logs } = this.aws;
    if (logs === undefined) return [];
    return [{ name: `logs in ${logs}`, look: () => this.#reach(logs) }];
  }

  async #reach(folderUri: string): Promise<string> {
    const { bucket, key } = partsOf(`${folderUri.replace(/\/+$/, '')}/`);
    const { sdk, s3 } = await this.#client();
    try {
      await s3.send(new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: key, MaxKeys: 1 }));
      return 'can be read';
    } catch (error) {
      const action = { doing: 'read', uri: folderUri, root: folderUri, bucket, field: 'aws.logs' } as const;
      throw toS3Error(error, action, this.aws.region);
    }
  }

  /**
   * Gives a reader what is new in files of a folder, in the order that is given. A file that has not changed is not read again; one
   * that was written anew begins as it did before, as a log does, and is read on.
   * @returns when the last of these files that is there was written; null while the reader has nothing and none is there
   */
  async readOn(
    folderUri: string,
    names: readonly string[],
    { from, take }: LogReader,
  ): Promise<{ readonly position: LogPosition; readonly writtenAt: Date | null }> {
    const files = await this.#list(folderUri);
    const position: Record<string, LogMark> = { ...from };
    for (const name of names) {
      const [file, mark] = [files.get(name), from[name]];
      if (file === undefined || file.tag === mark?.tag) continue;
      const bytes = await this.#readFile(`${folderUri}/${name}`, mark?.bytes ?? 0, take);
      position[name] = { bytes, tag: file.tag };
    }
    const last = names.findLast((name) => files.has(name));
    return { position, writtenAt: last === undefined ? null : (files.get(last)?.writtenAt ?? null) };
  }

  /** @returns how long the file is, unpacked */
  async #readFile(uri: string, start: number, take: LogReader['take']): Promise<number> {
    const { bucket, key } = partsOf(uri);
    return callAws({ action: `read the log ${uri}`, region: this.aws.region }, async () => {
      const { sdk, s3 } = await this.#client();
      const { Body } = await s3.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key }));
      let position = 0;
      if (Body === undefined) return start;
      for await (const chunk of unpacked(uri, Body as Readable) as AsyncIterable<Uint8Array>) {
        if (position + chunk.length > start) take(chunk.subarray(Math.max(0, start - position)));
        position += chunk.length;
      }
      return Math.max(start, position);
    });
  }

  /** The newest files of a folder by name, with a tag that changes with their content. */
  async #list(folderUri: string): Promise<ReadonlyMap<string, { readonly tag: string; readonly writtenAt: Date }>> {
    const { bucket, key: prefix } = partsOf(`${folderUri}/`);
    return callAws({ action: `list the logs under ${folderUri}`, region: this.aws.region }, async () => {
      const { sdk, s3 } = await this.#client();
      const { Contents = [] } = await s3.send(new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
      return new Map(
        Contents.map(({ Key = '', ETag = '', LastModified = new Date(0) }) => [
          Key.slice(prefix.length),
          { tag: ETag, writtenAt: LastModified },
        ]),
      );
    });
  }
}

/** The end of a text: at most so many bytes of it. */
export function lastBytes(text: string, bytes: number): string {
  return Buffer.from(text).subarray(-bytes).toString('utf8');
}

function unpacked(uri: string, stream: Readable): Readable {
  return uri.endsWith('.gz') ? stream.pipe(createGunzip()) : stream;
}

async function tailOf(stream: Readable, bytes: number): Promise<string> {
  let tail = Buffer.alloc(0);
  for await (const chunk of stream) {
    tail = Buffer.concat([tail, chunk as Uint8Array]).subarray(-bytes);
  }
  return tail.toString('utf8');
}

function partsOf(uri: string): { readonly bucket: string; readonly key: string } {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(uri) ?? [];
  return { bucket, key };
}
