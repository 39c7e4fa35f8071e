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
import type { Storage } from '../../storage/storage.js';
import { childUri } from '../../storage/uri.js';
import { temporaryS3Storage } from '../contracts/temporary-s3-storage.js';
import { startPublishing, type PublishProcess } from '../fixtures/publish-process.js';
import { startFaultProxy, type Fate, type FaultProxy, type ProxiedRequest } from '../harness/fault-proxy.js';
import { s3Client, s3Environment, TEST_REGION, withS3Environment, type S3Server } from '../harness/s3-server.js';
import { startSeaweedFs } from '../harness/seaweedfs.js';

const pass: Fate = { kind: 'pass' };

let server: S3Server;
let proxy: FaultProxy;
let temporary: Awaited<ReturnType<typeof temporaryS3Storage>>;
/** Through the proxy; `direct` is not. */
let storage: Storage;
let direct: Storage;
let places = 0;
const place = (path = 'file'): string => childUri(storage.root, `place-${++places}/${path}`);
const text = async (uri: string): Promise<string> => new TextDecoder().decode(await direct.read(uri));

beforeAll(async () => {
  server = await startSeaweedFs();
  proxy = await startFaultProxy(server.endpoint);
  temporary = await temporaryS3Storage(server.endpoint);
  direct = temporary.storage;
  await direct.list(direct.root);
  storage = await withS3Environment(proxy.endpoint, async () => {
    const opened = openStorage(direct.root, [], { region: TEST_REGION });
    await opened.list(opened.root);
    return opened;
  });
});
afterEach(() => {
  proxy.reset();
});
afterAll(async () => {
  await temporary.close();
  await proxy.close();
  await server.stop();
});

/** Lets the first requests of an operation meet a fate, and all others pass. */
function first(times: number, operation: string, fate: Fate): (request: ProxiedRequest) => Fate {
  return (request) => (request.operation === operation && request.earlier < times ? fate : pass);
}

const SLOW_DOWN: Fate = { kind: 'refuse', status: 503, code: 'SlowDown' };

describe('an S3 that is not well', () => {
  test('SlowDown five times is waited out', async () => {
    proxy.fate = first(5, 'PutObject', SLOW_DOWN);
    const uri = place();
    await storage.write(uri, 'content');
    expect(await text(uri)).toBe('content');
    expect(proxy.counts()['PutObject']).toBe(6);
  });

  test('SlowDown without end is an error that is retryable, after a bounded number of attempts', async () => {
    proxy.fate = (request) => (request.operation === 'GetObject' ? SLOW_DOWN : pass);
    const uri = place();
    await direct.write(uri, 'x');
    await expect(storage.read(uri)).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringMatching(/SlowDown.*, 8 times/),
    });
    expect(proxy.counts()['GetObject']).toBe(8);
  });

  test('a new file whose answer was lost is made once, and the answer is true', async () => {
    proxy.fate = first(1, 'PutObject', { kind: 'cut' });
    const uri = place();
    expect(await storage.writeNew(uri, 'content')).toBe(true);
    expect(proxy.counts()['PutObject']).toBe(2);
    // The same content by somebody else is still not theirs.
    expect(await storage.writeNew(uri, 'content')).toBe(false);
  });

  test('a conditional write that conflicts with another is tried again', async () => {
    proxy.fate = first(3, 'PutObject', { kind: 'refuse', status: 409, code: 'ConditionalRequestConflict' });
    expect(await storage.writeNew(place(), 'x')).toBe(true);
  });

  test('slow answers are waited for', async () => {
    proxy.fate = first(1, 'PutObject', { kind: 'delay', ms: 3_000 });
    const uri = place();
    await storage.write(uri, 'late');
    expect(await text(uri)).toBe('late');
    expect(proxy.counts()['PutObject']).toBe(1);
  });

  test('an answer that breaks off in its middle is asked for again, and never taken for the whole', async () => {
    const content = 'ab'.repeat(100_000);
    const uri = place();
    await direct.write(uri, content);
    proxy.fate = first(2, 'GetObject', { kind: 'truncate' });
    expect(new TextDecoder().decode(await storage.read(uri))).toBe(content);
    proxy.reset();
    const file = await storage.open(uri);
    proxy.fate = first(2, 'GetObject', { kind: 'truncate' });
    expect((await file.slice(10, 100_010)).byteLength).toBe(100_000);
  });

  test('a file that is replaced while it is read is noticed', async () => {
    const uri = place();
    await storage.write(uri, 'first version');
    const file = await storage.open(uri);
    await direct.write(uri, 'other version');
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
    path = join(temporary.folder, 'large');
    await writeFile(path, content);
  });
  const uploads = async (): Promise<number> => {
    const { Uploads = [] } = await s3Client(server.endpoint).listMultipartUploads({ Bucket: temporary.bucket });
    return Uploads.length;
  };

  test('goes up in parts, each of which may have to be repeated', async () => {
    proxy.fate = first(2, 'UploadPart', SLOW_DOWN);
    const uri = place();
    expect(await storage.copyIn(path, uri)).toEqual({ bytes: content.length, sha256 });
    expect(proxy.counts()['UploadPart']).toBe(5);
    expect(content.equals(await direct.read(uri))).toBe(true);
  });

  test('is not there, and no part of it, when its upload fails', async () => {
    proxy.fate = (request) =>
      request.operation === 'UploadPart' && request.earlier >= 1
        ? { kind: 'refuse', status: 400, code: 'InvalidRequest' }
        : pass;
    const uri = place();
    await expect(storage.copyIn(path, uri)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    expect(await direct.stat(uri)).toBeUndefined();
    expect(await uploads()).toBe(0);
  });

  test('is there once when the answer to its completion was lost', async () => {
    proxy.fate = first(1, 'CompleteMultipartUpload', { kind: 'cut' });
    const uri = place();
    expect(await storage.copyIn(path, uri)).toEqual({ bytes: content.length, sha256 });
    expect(content.equals(await direct.read(uri))).toBe(true);
    expect(await uploads()).toBe(0);
  });

  test('is copied in parts where one request does not take it', async () => {
    const [from, to] = [place('large'), place('copy')];
    await direct.copyIn(path, from);
    const connect = (): ReturnType<typeof connectS3> => connectS3(TEST_REGION);
    await withS3Environment(proxy.endpoint, async () => {
      const objects = new S3Objects(connect);
      const folderOf = (uri: string): { bucket: string; key: string } => ({
        bucket: temporary.bucket,
        key: `root 50% é#?/${uri.split('/').at(-2) ?? ''}`,
      });
      const copies = new S3Copies(connect, objects, { largestCopyBytes: 2 ** 20, partBytes: 6 * 2 ** 20 });
      const files = await objects.filesBelow(folderOf(from));
      expect(await copies.copyAll(files, folderOf(from), folderOf(to))).toBe(true);
    });
    expect(proxy.counts()).toMatchObject({ UploadPartCopy: 4, CompleteMultipartUpload: 1 });
    expect(content.equals(await direct.read(to.replace(/copy$/, 'large')))).toBe(true);
  });
});

test('a folder of more than a page is listed, counted from its end, and removed', async () => {
  const folder = place('many');
  const client = s3Client(server.endpoint);
  const Prefix = `root 50% é#?/place-${places}/many/`;
  const names = Array.from({ length: 1_010 }, (_, i) => `file-${String(i).padStart(5, '0')}`);
  for (let start = 0; start < names.length; start += 100) {
    await Promise.all(
      names
        .slice(start, start + 100)
        .map((name) => client.putObject({ Bucket: temporary.bucket, Key: Prefix + name, Body: new Uint8Array(1) })),
    );
  }
  expect((await storage.list(folder)).map(({ name }) => name)).toEqual(names);
  expect((await storage.list(folder, 3)).map(({ name }) => name)).toEqual(names.slice(-3));
  proxy.reset();
  await storage.remove(folder);
  expect(await direct.stat(folder)).toBeUndefined();
  expect(proxy.counts()['DeleteObjects']).toBeLessThanOrEqual(3);
});

/** A stage's folder, each file of which says whose it is. */
const FILES = [
  'out/part-0',
  'out/part-1',
  'out/part-2',
  'out/_manifest.json',
  'notes/_manifest.json',
  'notes/a b',
  '_stage.json',
];

async function stage(owner: string): Promise<string> {
  const staging = place(`staging-${owner}`);
  for (const path of FILES) await direct.write(childUri(staging, path), owner);
  return staging;
}

/** Who owns all files of a published folder. */
async function ownerOf(final: string): Promise<string> {
  const owners = new Set(await Promise.all(FILES.map((path) => text(childUri(final, path)))));
  return [...owners].join(' and ');
}

type Point = (request: ProxiedRequest) => 'before' | 'after' | undefined;
const at = (operation: string, ending: string, when: 'before' | 'after', nth = 0): Point =>
  (() => {
    let seen = 0;
    return (request) =>
      request.operation === operation && request.path.endsWith(ending) && seen++ === nth ? when : undefined;
  })();

/** Points of a publication, each with what another publisher, who has a folder of their own, then gets. */
const POINTS: readonly (readonly [string, () => Point, 'first' | 'second'])[] = [
  ['before the claim', () => at('PutObject', '/!publication', 'before'), 'second'],
  ['after the claim', () => at('PutObject', '/!publication', 'after'), 'first'],
  ['at the first copy', () => at('CopyObject', '', 'before'), 'first'],
  ['in the middle of the copies', () => at('CopyObject', '', 'after', 2), 'first'],
  ['before a manifest', () => at('CopyObject', '/_manifest.json', 'before'), 'first'],
  ['between the manifests', () => at('CopyObject', '/_manifest.json', 'after'), 'first'],
  ['before the record', () => at('CopyObject', '/_stage.json', 'before'), 'first'],
  ['after the record', () => at('CopyObject', '/_stage.json', 'after'), 'first'],
  ['before it is marked as done', () => at('PutObject', '/!publication', 'before', 1), 'first'],
  ['after it is marked as done', () => at('PutObject', '/!publication', 'after', 1), 'first'],
  ['before the staging folder is removed', () => at('DeleteObjects', '', 'before'), 'first'],
  ['after the staging folder is removed', () => at('DeleteObjects', '', 'after'), 'first'],
];

describe('a publisher that is killed', () => {
  /** Lets a process publish through the proxy and kills it at a point; what readers see then must be all or nothing. */
  async function killAt(point: Point, staging: string, final: string): Promise<void> {
    let publisher: PublishProcess | undefined;
    let killed = false;
    proxy.fate = (request) => {
      const when = killed ? undefined : point(request);
      if (when === undefined) return pass;
      killed = true;
      const call = async (): Promise<void> => {
        publisher?.kill();
        await publisher?.said;
      };
      return { kind: when, call };
    };
    publisher = startPublishing(proxy.endpoint, storage.root, { staging, final });
    expect(await publisher.said).toBe('');
    expect(killed).toBe(true);
    const seen = [
      await direct.stat(final),
      (await direct.list(final)).length > 0,
      await direct.stat(`${final}/_stage.json`),
    ];
    if (seen[0] === undefined) expect(seen[1]).toBe(false);
    if (seen[0] !== undefined || seen[2] !== undefined) expect(await ownerOf(final)).toBe('first');
  }

  test.each(POINTS)('%s: another one gets one whole result', async (_point, point, winner) => {
    const final = place('final');
    const [mine, theirs] = [await stage('first'), await stage('second')];
    await killAt(point(), mine, final);
    expect(await direct.publish(theirs, final)).toBe(winner === 'second');
    expect(await ownerOf(final)).toBe(winner);
    expect((await direct.list(final)).map(({ name }) => name)).toEqual(['_stage.json', 'notes', 'out']);
    expect(await direct.stat(theirs)).toBeUndefined();
    // Its own caller comes back, and leaves nothing either.
    await direct.publish(mine, final);
    expect(await direct.stat(mine)).toBeUndefined();
    expect(await ownerOf(final)).toBe(winner);
  });

  test.each(POINTS.filter((_, i) => i % 3 === 1))(
    '%s: called again it ends with its own whole result',
    async (_point, point) => {
      const final = place('final');
      const mine = await stage('first');
      await killAt(point(), mine, final);
      await direct.publish(mine, final);
      expect(await ownerOf(final)).toBe('first');
      expect(await direct.stat(mine)).toBeUndefined();
    },
  );

  test('and whose staging folder was removed since holds nobody up', async () => {
    const final = place('final');
    const [mine, theirs] = [await stage('first'), await stage('second')];
    await direct.write(childUri(mine, 'out/only-mine'), 'first');
    await killAt(at('CopyObject', '/_manifest.json', 'before'), mine, final);
    await direct.remove(mine);
    expect(await direct.publish(theirs, final)).toBe(true);
    expect(await ownerOf(final)).toBe('second');
    expect(await direct.stat(childUri(final, 'out/only-mine'))).toBeUndefined();
  });
});

test.each(['PutObject', 'CopyObject', 'DeleteObjects', 'ListObjectsV2'])(
  'a publication whose first answer to %s was lost is made once',
  async (operation) => {
    const final = place('final');
    const mine = await stage('first');
    proxy.fate = first(1, operation, { kind: 'cut' });
    expect(await storage.publish(mine, final)).toBe(true);
    expect(await ownerOf(final)).toBe('first');
    expect(await direct.stat(mine)).toBeUndefined();
  },
);

test('two processes that publish one staging folder at once do it once', async () => {
  const final = place('final');
  const staging = await stage('first');
  const both = [1, 2, 3].map(() => startPublishing(server.endpoint, storage.root, { staging, final }).said);
  const said = await Promise.all(both);
  for (const answer of said) expect(['true', 'false']).toContain(answer);
  expect(said).toContain('true');
  expect(await ownerOf(final)).toBe('first');
  expect(await direct.stat(staging)).toBeUndefined();
});

test('200 files of 1 MiB are published with few requests', async () => {
  const [staging, final] = [place('staging'), place('final')];
  const content = new Uint8Array(2 ** 20);
  for (let i = 0; i < 200; i += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, j) => direct.write(childUri(staging, `part-${i + j}`), content)));
  }
  proxy.reset();
  const before = performance.now();
  expect(await storage.publish(staging, final)).toBe(true);
  const seconds = (performance.now() - before) / 1_000;
  const counts = proxy.counts();
  const requests = Object.values(counts).reduce((sum, count) => sum + count, 0);
  process.stderr.write(
    `publish of 200 x 1 MiB: ${seconds.toFixed(1)} s, ${requests} requests ${JSON.stringify(counts)}\n`,
  );
  expect(counts['CopyObject']).toBe(200);
  expect(requests).toBeLessThanOrEqual(220);
  expect(await direct.list(final)).toHaveLength(200);
});

test('the SDK is loaded by the first request, and never for a storage of files', async () => {
  const module = new URL('../../storage/index.js', import.meta.url).href;
  const program = `
    import { createRequire } from 'node:module';
    import { openStorage } from ${JSON.stringify(module)};
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('@aws-sdk'));
    const files = openStorage(${JSON.stringify(fileUri(temporary.folder))}, []);
    await files.list(files.root);
    const s3 = openStorage(${JSON.stringify(storage.root)}, [], ${JSON.stringify({ region: TEST_REGION })});
    const before = loaded();
    await s3.list(s3.root);
    process.stdout.write(JSON.stringify([before, loaded()]));`;
  const file = join(temporary.folder, 'program.mjs');
  await writeFile(file, program);
  const { stdout } = await promisify(execFile)(process.execPath, [file], {
    env: { ...process.env, ...s3Environment(server.endpoint) },
  });
  expect(JSON.parse(stdout)).toEqual([false, true]);
});

describe('an error of S3', () => {
  const refuse = (status: number, code: string, headers: Record<string, string> = {}): void => {
    proxy.fate = () => ({ kind: 'refuse', status, code, headers });
  };
  const message = (pattern: RegExp): object => ({ code: 'WRONG_INPUT', message: expect.stringMatching(pattern) });

  test('names a bucket that does not exist', async () => {
    const other = await withS3Environment(server.endpoint, async () => {
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
    for (const attempt of [() => storage.read(place()), () => storage.stat(place()), () => storage.write(place(), 'x')])
      await expect(attempt()).rejects.toMatchObject(
        message(/lies in region us-west-2, and was asked for in eu-central-1; set aws\.region to "us-west-2"/),
      );
  });

  test('says what to do about a bucket of somebody else', async () => {
    refuse(403, 'AccessDenied');
    for (const attempt of [() => storage.read(place()), () => storage.stat(place()), () => storage.remove(place())])
      await expect(attempt()).rejects.toMatchObject(
        message(/access to the bucket .* is denied.*grant them s3:ListBucket/),
      );
  });

  test.each([
    [400, 'ExpiredToken', /credentials have expired; renew them/],
    [403, 'InvalidAccessKeyId', /does not accept the credentials \(InvalidAccessKeyId\)/],
    [403, 'SignatureDoesNotMatch', /does not accept the credentials/],
  ])('says what is wrong with the credentials: %s %s', async (status, code, pattern) => {
    refuse(status, code);
    await expect(storage.read(place())).rejects.toMatchObject(message(pattern));
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
      openStorage(storage.root, [], { region: TEST_REGION }).read(`${storage.root}/a`);
    await withS3Environment(
      server.endpoint,
      () => expect(read()).rejects.toMatchObject(message(/no AWS credentials were found; set AWS_PROFILE/)),
      absent,
    );
  });

  test('of the server is retryable, and names the file', async () => {
    refuse(400, 'SomethingNew');
    const uri = place();
    await expect(storage.write(uri, 'x')).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringMatching(/^cannot write s3:.*SomethingNew: as the test wants it/),
    });
  });

  test('carries no secret, however it is printed', async () => {
    refuse(403, 'SignatureDoesNotMatch');
    const error: unknown = await storage.read(place()).catch((thrown: unknown) => thrown);
    const printed = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error);
    expect(printed).toContain('SignatureDoesNotMatch');
    expect(printed).not.toMatch(/AKIA[A-Z0-9]{4}|secret-of-the-tests|Signature=/);
  });
});
