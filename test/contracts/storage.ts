import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Storage } from '../../storage/storage.js';
import { childUri } from '../../storage/uri.js';
import type { TemporaryStorage } from './temporary-storage.js';

const text = async (storage: Storage, uri: string): Promise<string> =>
  new TextDecoder().decode(await storage.read(uri));

/** Names that are legal everywhere and special somewhere: in a URI, a shell or a listing. */
const NAMES = [
  'plain',
  'with space',
  '50%',
  '%2e%2e',
  'a+b=c',
  'é 数 🎈',
  '#hash?query&x',
  'quote\'"',
  'dots...',
  '-dash',
  '~',
  'x'.repeat(200),
];

/** Ways out of the root. `inner` ones must not be read as a name either. */
const ESCAPES = [
  ['a step up', '/../outside'],
  ['a step up behind a folder', '/a/../../outside'],
  ['an encoded step up', '/%2e%2e/outside'],
  ['an encoded step up in capitals', '/%2E%2E/outside'],
  ['a half encoded step up', '/.%2e/outside'],
  ['an encoded slash', '/a%2f..%2f..%2foutside'],
  ['a zero byte', '/a%00b'],
  ['a neighbour whose name begins with ours', '-neighbour/file'],
  ['a broken escape', '/a%zz'],
  ['a query', '/a?b'],
  ['a fragment', '/a#b'],
] as const;

/** What every storage promises; each one's tests call this with a way to open an empty one. */
export function describeStorageContract(name: string, open: () => Promise<TemporaryStorage>): void {
  describe(`the storage contract, ${name}`, () => {
    let temporary: TemporaryStorage;
    let storage: TemporaryStorage['storage'];
    let places = 0;
    /** A place that no other test uses. */
    const place = (path = 'file'): string => childUri(storage.root, `place-${++places}/${path}`);
    beforeAll(async () => {
      temporary = await open();
      storage = temporary.storage;
    });
    afterAll(() => temporary.close());

    test.each(NAMES)('a file named %j is read, listed and found again', async (fileName) => {
      const uri = place(fileName);
      await storage.write(uri, fileName);
      expect(await text(storage, uri)).toBe(fileName);
      const [entry] = await storage.list(uri.slice(0, uri.lastIndexOf('/')));
      expect(entry).toMatchObject({ name: fileName, kind: 'file', bytes: Buffer.byteLength(fileName) });
      expect(await storage.stat(uri)).toEqual(entry);
    });

    test('a write replaces the older file and leaves nothing else', async () => {
      const uri = place();
      await storage.write(uri, 'older and longer');
      await storage.write(uri, new Uint8Array([1, 2]));
      expect([...(await storage.read(uri))]).toEqual([1, 2]);
      expect(await storage.list(uri.slice(0, uri.lastIndexOf('/')))).toHaveLength(1);
    });

    test('a reader sees one whole file, whoever writes meanwhile', async () => {
      const uri = place();
      const contents = ['a', 'b'].map((letter) => letter.repeat(1_000_000));
      await storage.write(uri, 'a');
      const [seen] = await Promise.all([
        Promise.all(Array.from({ length: 50 }, () => text(storage, uri))),
        Promise.all(Array.from({ length: 10 }, (_, i) => storage.write(uri, contents[i % 2] ?? ''))),
      ]);
      for (const content of seen) expect(['a', ...contents].includes(content)).toBe(true);
    });

    test('of many that write a new file at once one does, and its content stands', async () => {
      const uri = place();
      const contents = Array.from({ length: 40 }, (_, i) => `${i}`.repeat(10_000));
      const made = await Promise.all(contents.map((content) => storage.writeNew(uri, content)));
      expect(made.filter(Boolean)).toHaveLength(1);
      expect(await text(storage, uri)).toBe(contents[made.indexOf(true)]);
      expect(await storage.find(uri)).toEqual(await storage.read(uri));
      expect(await storage.list(uri.slice(0, uri.lastIndexOf('/')))).toHaveLength(1);
    });

    test('what is absent is undefined, empty, or an error that names it', async () => {
      const uri = place();
      expect(await storage.stat(uri)).toBeUndefined();
      expect(await storage.find(uri)).toBeUndefined();
      expect(await storage.list(uri)).toEqual([]);
      await expect(storage.remove(uri)).resolves.toBeUndefined();
      for (const read of [() => storage.read(uri), () => storage.open(uri)]) {
        await expect(read()).rejects.toMatchObject({ code: 'WRONG_INPUT', message: expect.stringContaining(uri) });
      }
    });

    test('a folder is not a file', async () => {
      const uri = place('folder/file');
      await storage.write(uri, 'x');
      const folder = uri.slice(0, uri.lastIndexOf('/'));
      expect(await storage.stat(folder)).toMatchObject({ kind: 'folder', name: 'folder' });
      await expect(storage.read(folder)).rejects.toMatchObject({ code: 'WRONG_INPUT' });
      await expect(storage.open(folder)).rejects.toMatchObject({ code: 'WRONG_INPUT' });
    });

    test('children are listed by name, each once', async () => {
      const folder = place('folder');
      for (const inner of ['b', 'a', 'c/deep', 'c/er', 'B']) await storage.write(childUri(folder, inner), inner);
      expect((await storage.list(folder)).map(({ name, kind }) => `${name} ${kind}`)).toEqual([
        'B file',
        'a file',
        'b file',
        'c folder',
      ]);
    });

    test('a slice gives exactly the bytes asked for, and no more than there are', async () => {
      const uri = place();
      await storage.write(uri, '0123456789');
      const file = await storage.open(uri);
      expect(file.byteLength).toBe(10);
      const slice = async (start: number, end?: number): Promise<string> =>
        new TextDecoder().decode(await file.slice(start, end));
      expect(await Promise.all([slice(0, 3), slice(3, 3), slice(8), slice(8, 99), slice(10)])).toEqual([
        '012',
        '',
        '89',
        '89',
        '',
      ]);
    });

    test('a published folder is there with all in it, and the staging folder is gone', async () => {
      const [staging, final] = [place('staging'), place('deep/er/final')];
      await storage.write(childUri(staging, 'a/b'), 'content');
      expect(await storage.publish(staging, final)).toBe(true);
      expect(await text(storage, childUri(final, 'a/b'))).toBe('content');
      expect(await storage.stat(staging)).toBeUndefined();
    });

    test('a taken place stays as it is, and the staging folder is gone', async () => {
      const [staging, final] = [place('staging'), place('final')];
      await storage.write(childUri(final, 'kept'), 'first');
      await storage.write(childUri(staging, 'other'), 'second');
      expect(await storage.publish(staging, final)).toBe(false);
      expect((await storage.list(final)).map((entry) => entry.name)).toEqual(['kept']);
      expect(await storage.stat(staging)).toBeUndefined();
      // Asked again, as after a lost answer, it says the same.
      expect(await storage.publish(staging, final)).toBe(false);
    });

    test('of many that publish to one place at once one does', async () => {
      const final = place('final');
      const stagings = Array.from({ length: 20 }, (_, i) => place(`staging-${i}`));
      await Promise.all(stagings.flatMap((uri) => ['a', 'b'].map((inner) => storage.write(childUri(uri, inner), uri))));
      const published = await Promise.all(stagings.map((uri) => storage.publish(uri, final)));
      expect(published.filter(Boolean)).toHaveLength(1);
      const winner = stagings[published.indexOf(true)];
      expect([await text(storage, childUri(final, 'a')), await text(storage, childUri(final, 'b'))]).toEqual([
        winner,
        winner,
      ]);
    });

    test('a staging folder that was never there is an error that names it', async () => {
      const staging = place('staging');
      await expect(storage.publish(staging, place('final'))).rejects.toMatchObject({
        code: 'WRONG_INPUT',
        message: expect.stringContaining(staging),
      });
    });

    test('a folder is removed with all in it', async () => {
      const folder = place('folder');
      await storage.write(childUri(folder, 'a/b/c'), 'x');
      await storage.remove(folder);
      expect(await storage.stat(folder)).toBeUndefined();
    });

    test('the root itself cannot be written, moved or removed', async () => {
      await storage.write(place(), 'kept');
      for (const attempt of [
        () => storage.remove(storage.root),
        () => storage.write(storage.root, 'x'),
        () => storage.copyIn(import.meta.filename, storage.root),
        () => storage.publish(storage.root, place('final')),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ code: 'WRONG_INPUT' });
      }
      expect(await storage.list(storage.root)).not.toEqual([]);
    });

    test.each(ESCAPES)('%s is refused by every operation', async (_what, ending) => {
      const uri = storage.root + ending;
      const attempts = [
        () => storage.read(uri),
        () => storage.find(uri),
        () => storage.open(uri),
        () => storage.stat(uri),
        () => storage.list(uri),
        () => storage.write(uri, 'x'),
        () => storage.writeNew(uri, 'x'),
        () => storage.copyIn(import.meta.filename, uri),
        () => storage.remove(uri),
        () => storage.publish(uri, place('final')),
        () => storage.publish(place('staging'), uri),
      ];
      for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'WRONG_INPUT' });
    });

    test('another scheme is refused', async () => {
      await expect(storage.read('other://bucket/key')).rejects.toMatchObject({ code: 'WRONG_INPUT' });
    });

    test('a local file is copied in whole, and its hash is that of its bytes', async () => {
      const content = Buffer.alloc(9_000_000, 'abc');
      const path = join(temporary.folder, 'local');
      await writeFile(path, content);
      const uri = place();
      const sha256 = createHash('sha256').update(content).digest('hex');
      expect(await storage.copyIn(path, uri)).toEqual({ bytes: content.length, sha256 });
      expect(content.equals(await storage.read(uri))).toBe(true);
    });

    test('a local file that is copied in replaces an older file and leaves nothing else', async () => {
      const path = join(temporary.folder, 'small');
      await writeFile(path, '');
      const uri = place();
      await storage.write(uri, 'older and longer');
      const sha256 = createHash('sha256').digest('hex');
      expect(await storage.copyIn(path, uri)).toEqual({ bytes: 0, sha256 });
      expect(await storage.list(uri.slice(0, uri.lastIndexOf('/')))).toMatchObject([{ name: 'file', bytes: 0 }]);
    });

    test('a local file that is absent leaves nothing', async () => {
      const uri = place();
      const path = join(temporary.folder, 'absent');
      await expect(storage.copyIn(path, uri)).rejects.toMatchObject({
        code: 'WRONG_INPUT',
        message: expect.stringContaining(path),
      });
      expect(await storage.list(uri.slice(0, uri.lastIndexOf('/')))).toEqual([]);
    });

    test('free space is a size or has no meaning', async () => {
      const free = await storage.freeBytes();
      expect(free === null || free > 0).toBe(true);
    });
  });
}
