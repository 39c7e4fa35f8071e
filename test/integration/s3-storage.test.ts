import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import { fileUri } from '../../storage/file-uri.js';
import { openStorage } from '../../storage/index.js';
import { S3Copies } from '../../storage/s3/s3-copy.js';
import { connectS3 } from '../../storage/s3/s3-connection.js';
import { S3Objects } from '../../storage/s3/s3-objects.js';
import type { Fate } from '../harness/fault-proxy.js';
import { s3Client, s3Environment, TEST_REGION, withS3Environment } from '../harness/s3-server.js';
import { first, openProxiedS3, PASS, type ProxiedS3 } from '../harness/proxied-s3.js';

let s3: ProxiedS3;
beforeAll(async () => {
  s3 = await openProxiedS3();
});
afterEach(() => {
  s3.proxy.reset();
});
afterAll(() => s3.close());

const SLOW_DOWN: Fate = { kind: 'refuse', status: 503, code: 'SlowDown' };

describe('an S3 that is not well', () => {
  test('SlowDown five times is waited out', async () => {
    s3.proxy.fate = first(5, 'PutObject', SLOW_DOWN);
    const uri = s3.place();
    await s3.storage.write(uri, 'content');
    expect(await s3.text(uri)).toBe('content');
    expect(s3.proxy.counts()['PutObject']).toBe(6);
  });

  test('SlowDown without end is an error that is retryable, after a bounded number of attempts', async () => {
    s3.proxy.fate = (request) => (request.operation === 'GetObject' ? SLOW_DOWN : PASS);
    const uri = s3.place();
    await s3.direct.write(uri, 'x');
    await expect(s3.storage.read(uri)).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringMatching(/SlowDown.*, 8 times/),
    });
    expect(s3.proxy.counts()['GetObject']).toBe(8);
  });

  test('a new file whose answer was lost is made once, and the answer is true', async () => {
    s3.proxy.fate = first(1, 'PutObject', { kind: 'cut' });
    const uri = s3.place();
    expect(await s3.storage.writeNew(uri, 'content')).toBe(true);
    expect(s3.proxy.counts()['PutObject']).toBe(2);
    // The same content by somebody else is still not theirs.
    expect(await s3.storage.writeNew(uri, 'content')).toBe(false);
  });

  test('a conditional write that conflicts with another is tried again', async () => {
    s3.proxy.fate = first(3, 'PutObject', { kind: 'refuse', status: 409, code: 'ConditionalRequestConflict' });
    expect(await s3.storage.writeNew(s3.place(), 'x')).toBe(true);
  });

  test('slow answers are waited for', async () => {
    s3.proxy.fate = first(1, 'PutObject', { kind: 'delay', ms: 3_000 });
    const uri = s3.place();
    await s3.storage.write(uri, 'late');
    expect(await s3.text(uri)).toBe('late');
    expect(s3.proxy.counts()['PutObject']).toBe(1);
  });

  test('an answer that breaks off in its middle is asked for again, and never taken for the whole', async () => {
    const content = 'ab'.repeat(100_000);
    const uri = s3.place();
    await s3.direct.write(uri, content);
    s3.proxy.fate = first(2, 'GetObject', { kind: 'truncate' });
    expect(new TextDecoder().decode(await s3.storage.read(uri))).toBe(content);
    s3.proxy.reset();
    const file = await s3.storage.open(uri);
    s3.proxy.fate = first(2, 'GetObject', { kind: 'truncate' });
    expect((await file.slice(10, 100_010)).byteLength).toBe(100_000);
  });

  test('a file that is replaced while it is read is noticed', async () => {
    const uri = s3.place();
    await s3.storage.write(uri, 'first version');
    const file = await s3.storage.open(uri);
    await s3.direct.write(uri, 'other version');
    await expect(file.slice(0, 5)).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringContaining('replaced while it was read'),
    });
  });
});

describe('a large local file', () => {
  const content = Buffer.alloc(20 * 2 ** 20, 'abcdefghijk');
  const sha256 = createHash('sha256').update(content).digest('hex');
  let path: string;
  beforeAll(async () => {
    path = join(s3.folder, 'large');
    await writeFile(path, content);
  });
  const uploads = async (): Promise<number> => {
    const { Uploads = [] } = await s3Client(s3.server.endpoint).listMultipartUploads({ Bucket: s3.bucket });
    return Uploads.length;
  };

  test('goes up in parts, each of which may have to be repeated', async () => {
    s3.proxy.fate = first(2, 'UploadPart', SLOW_DOWN);
    const uri = s3.place();
    expect(await s3.storage.copyIn(path, uri)).toEqual({ bytes: content.length, sha256 });
    expect(s3.proxy.counts()['UploadPart']).toBe(5);
    expect(content.equals(await s3.direct.read(uri))).toBe(true);
  });

  test('is not there, and no part of it, when its upload fails', async () => {
    s3.proxy.fate = (request) =>
      request.operation === 'UploadPart' && request.earlier >= 1
        ? { kind: 'refuse', status: 400, code: 'InvalidRequest' }
        : PASS;
    const uri = s3.place();
    await expect(s3.storage.copyIn(path, uri)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    expect(await s3.direct.stat(uri)).toBeUndefined();
    expect(await uploads()).toBe(0);
  });

  test('is there once when the answer to its completion was lost', async () => {
    s3.proxy.fate = first(1, 'CompleteMultipartUpload', { kind: 'cut' });
    const uri = s3.place();
    expect(await s3.storage.copyIn(path, uri)).toEqual({ bytes: content.length, sha256 });
    expect(content.equals(await s3.direct.read(uri))).toBe(true);
    expect(await uploads()).toBe(0);
  });

  test('is copied in parts where one request does not take it', async () => {
    const [from, to] = [s3.place('large'), s3.place('copy')];
    await s3.direct.copyIn(path, from);
    const connect = (): ReturnType<typeof connectS3> => connectS3(TEST_REGION);
    await withS3Environment(s3.proxy.endpoint, async () => {
      const objects = new S3Objects(connect);
      const folderOf = (uri: string): { bucket: string; key: string } => ({
        bucket: s3.bucket,
        key: `root 50% é#?/${uri.split('/').at(-2) ?? ''}`,
      });
      const copies = new S3Copies(connect, objects, { largestCopyBytes: 2 ** 20, partBytes: 6 * 2 ** 20 });
      const files = await objects.filesBelow(folderOf(from));
      expect(await copies.copyAll(files, folderOf(from), folderOf(to))).toBe(true);
    });
    expect(s3.proxy.counts()).toMatchObject({ UploadPartCopy: 4, CompleteMultipartUpload: 1 });
    expect(content.equals(await s3.direct.read(to.replace(/copy$/, 'large')))).toBe(true);
  });
});

test('a folder of more than a page is listed, counted from its end, and removed', async () => {
  const folder = s3.place('many');
  const client = s3Client(s3.server.endpoint);
  const Prefix = `${decodeURIComponent(folder.slice(`s3://${s3.bucket}/`.length))}/`;
  const names = Array.from({ length: 1_010 }, (_, i) => `file-${String(i).padStart(5, '0')}`);
  for (let start = 0; start < names.length; start += 100) {
    await Promise.all(
      names
        .slice(start, start + 100)
        .map((name) => client.putObject({ Bucket: s3.bucket, Key: Prefix + name, Body: new Uint8Array(1) })),
    );
  }
  expect((await s3.storage.list(folder)).map(({ name }) => name)).toEqual(names);
  expect((await s3.storage.list(folder, 3)).map(({ name }) => name)).toEqual(names.slice(-3));
  s3.proxy.reset();
  await s3.storage.remove(folder);
  expect(await s3.direct.stat(folder)).toBeUndefined();
  expect(s3.proxy.counts()['DeleteObjects']).toBeLessThanOrEqual(3);
});

test('the SDK is loaded by the first request, and never for a storage of files', async () => {
  const module = new URL('../../storage/index.js', import.meta.url).href;
  const program = `
    import { createRequire } from 'node:module';
    import { openStorage } from ${JSON.stringify(module)};
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('@aws-sdk'));
    const files = openStorage(${JSON.stringify(fileUri(s3.folder))}, []);
    await files.list(files.root);
    const s3 = openStorage(${JSON.stringify(s3.storage.root)}, [], ${JSON.stringify({ region: TEST_REGION })});
    const before = loaded();
    await s3.list(s3.root);
    process.stdout.write(JSON.stringify([before, loaded()]));`;
  const file = join(s3.folder, 'program.mjs');
  await writeFile(file, program);
  const { stdout } = await promisify(execFile)(process.execPath, [file], {
    env: { ...process.env, ...s3Environment(s3.server.endpoint) },
  });
  expect(JSON.parse(stdout)).toEqual([false, true]);
});

describe('an error of S3', () => {
  const refuse = (status: number, code: string, headers: Record<string, string> = {}): void => {
    s3.proxy.fate = () => ({ kind: 'refuse', status, code, headers });
  };
  const message = (pattern: RegExp): object => ({ code: 'WRONG_INPUT', message: expect.stringMatching(pattern) });

  test('names a bucket that does not exist', async () => {
    const other = await withS3Environment(s3.server.endpoint, async () => {
      const opened = openStorage('s3://no-such-bucket/root', [], { region: TEST_REGION });
      await opened.list(opened.root).catch(() => undefined);
      return opened;
    });
    for (const attempt of [
      () => other.read(`${other.root}/a`),
      () => other.open(`${other.root}/a`),
      () => other.stat(`${other.root}/a`),
      () => other.list(other.root),
    ]) {
      await expect(attempt()).rejects.toMatchObject(
        message(/the bucket no-such-bucket does not exist; create it, or set another storage\.root/),
      );
    }
  });

  test.each([
    [301, 'PermanentRedirect'],
    [400, 'AuthorizationHeaderMalformed'],
  ])('names both regions when the bucket lies elsewhere (%s %s)', async (status, code) => {
    refuse(status, code, { 'x-amz-bucket-region': 'us-west-2' });
    for (const attempt of [
      () => s3.storage.read(s3.place()),
      () => s3.storage.stat(s3.place()),
      () => s3.storage.write(s3.place(), 'x'),
    ])
      await expect(attempt()).rejects.toMatchObject(
        message(/lies in region us-west-2, and was asked for in eu-central-1; set aws\.region to "us-west-2"/),
      );
  });

  test('says what to do about a bucket of somebody else', async () => {
    refuse(403, 'AccessDenied');
    for (const attempt of [
      () => s3.storage.read(s3.place()),
      () => s3.storage.stat(s3.place()),
      () => s3.storage.remove(s3.place()),
    ])
      await expect(attempt()).rejects.toMatchObject(
        message(/access to the bucket .* is denied.*grant them s3:ListBucket/),
      );
  });

  test.each([
    [403, 'InvalidAccessKeyId', /does not accept the credentials \(InvalidAccessKeyId\)/],
    [403, 'SignatureDoesNotMatch', /does not accept the credentials/],
  ])('says what is wrong with the credentials: %s %s', async (status, code, pattern) => {
    refuse(status, code);
    await expect(s3.storage.read(s3.place())).rejects.toMatchObject(message(pattern));
  });

  test('says that the credentials have expired, which whoever tries again may find renewed', async () => {
    refuse(400, 'ExpiredToken');
    await expect(s3.storage.find(s3.place())).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringMatching(/credentials have expired; renew them/) as unknown,
    });
  });

  test('says that there are no credentials', async () => {
    const absent = {
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_PROFILE: undefined,
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      AWS_CONFIG_FILE: '/nonexistent',
    };
    const read = (): Promise<unknown> =>
      openStorage(s3.storage.root, [], { region: TEST_REGION }).read(`${s3.storage.root}/a`);
    await withS3Environment(
      s3.server.endpoint,
      () => expect(read()).rejects.toMatchObject(message(/no AWS credentials were found; set AWS_PROFILE/)),
      absent,
    );
  });

  test('of the server is retryable, and names the file', async () => {
    refuse(400, 'SomethingNew');
    const uri = s3.place();
    await expect(s3.storage.write(uri, 'x')).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringMatching(/^cannot write s3:.*SomethingNew: as the test wants it/),
    });
  });

  test('carries no secret, however it is printed', async () => {
    refuse(403, 'SignatureDoesNotMatch');
    const error: unknown = await s3.storage.read(s3.place()).catch((thrown: unknown) => thrown);
    const printed = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error);
    expect(printed).toContain('SignatureDoesNotMatch');
    expect(printed).not.toMatch(/AKIA[A-Z0-9]{4}|secret-of-the-tests|Signature=/);
  });
});
