import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeStorageContract } from '../test/contracts/storage.js';
import { temporaryStorage, type TemporaryStorage } from '../test/contracts/temporary-storage.js';
import { fileUri, pathOfFileUri } from './file-uri.js';
import { FileStorage } from './file.js';
import { openStorage } from './index.js';
import { childUri } from './uri.js';

describeStorageContract('file', temporaryStorage);

async function kill(writer: ChildProcess): Promise<void> {
  if (writer.exitCode !== null || writer.signalCode !== null) return;
  writer.kill('SIGKILL');
  await once(writer, 'exit');
}

describe('file storage', () => {
  const writers: ChildProcess[] = [];
  let temporary: TemporaryStorage;
  let storage: TemporaryStorage['storage'];
  beforeEach(async () => {
    temporary = await temporaryStorage(['inputs']);
    storage = temporary.storage;
    await storage.write(childUri(storage.root, 'inside'), 'inside');
  });
  afterEach(async () => {
    // Also of a test that ran out of time: whoever still writes would make the folder again.
    await Promise.all(writers.splice(0).map(kill));
    await temporary.close();
  });
  const outside = (path: string): string => join(temporary.folder, path);
  const inRoot = (path: string): string => join(pathOfFileUri(storage.root), path);

  test('an input folder can be read and never written', async () => {
    await mkdir(outside('inputs'));
    await writeFile(outside('inputs/data'), 'input');
    const uri = fileUri(outside('inputs/data'));
    expect(new TextDecoder().decode(await storage.read(uri))).toBe('input');
    expect(await storage.list(fileUri(outside('inputs')))).toHaveLength(1);
    const attempts = [
      () => storage.write(uri, 'x'),
      () => storage.writeNew(`${uri}2`, 'x'),
      () => storage.remove(uri),
      () => storage.publish(fileUri(outside('inputs')), childUri(storage.root, 'moved')),
      () => storage.publish(childUri(storage.root, 'inside'), fileUri(outside('inputs/new'))),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'WRONG_INPUT' });
  });

  test('a refused read says how to get the data in', async () => {
    const uri = fileUri(outside('secret'));
    await expect(storage.read(uri)).rejects.toMatchObject({
      code: 'WRONG_INPUT',
      message: expect.stringMatching(/outside the storage root .*npx tempered import PATH.*inputFolders/),
      details: { found: uri },
    });
  });

  test.each(['file', 'folder/file'])('a symbolic link that leads outside is not read through: %s', async (path) => {
    await mkdir(outside('other/folder'), { recursive: true });
    await writeFile(outside('other/file'), 'secret');
    await writeFile(outside('other/folder/file'), 'secret');
    await symlink(outside('other'), inRoot('link'));
    await symlink(outside('other/file'), inRoot('file-link'));
    for (const uri of [childUri(storage.root, `link/${path}`), childUri(storage.root, 'file-link')]) {
      await expect(storage.read(uri)).rejects.toMatchObject({
        code: 'WRONG_INPUT',
        message: expect.stringContaining('symbolic link'),
      });
      await expect(storage.open(uri)).rejects.toMatchObject({ code: 'WRONG_INPUT' });
    }
  });

  test('nothing is written, moved or removed through a symbolic link', async () => {
    await mkdir(outside('other'));
    await writeFile(outside('other/kept'), 'kept');
    await symlink(outside('other'), inRoot('link'));
    await symlink(outside('new'), inRoot('dangling'));
    const through = childUri(storage.root, 'link/kept');
    for (const attempt of [
      () => storage.write(through, 'x'),
      () => storage.writeNew(`${through}2`, 'x'),
      () => storage.remove(through),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'WRONG_INPUT' });
    }
    await storage.remove(childUri(storage.root, 'link'));
    await storage.write(childUri(storage.root, 'dangling'), 'replaced, not followed');
    expect(await readdir(outside('other'))).toEqual(['kept']);
    expect((await readdir(temporary.folder)).includes('new')).toBe(false);
  });

  test('a root that is itself a symbolic link works', async () => {
    await mkdir(outside('real'));
    await symlink(outside('real'), outside('linked-root'));
    const linked = openStorage(fileUri(outside('linked-root')), []);
    await linked.write(childUri(linked.root, 'a/b'), 'x');
    expect(await readdir(outside('real/a'))).toEqual(['b']);
    expect(await linked.read(childUri(linked.root, 'a/b'))).toHaveLength(1);
  });

  test('a root that cannot be written is named, with what to do', async () => {
    const { geteuid, seteuid } = process;
    if (geteuid === undefined || seteuid === undefined) throw new Error('this system has no users');
    await mkdir(outside('locked'), { mode: 0o555 });
    const root = fileUri(outside('locked/root'));
    const before = geteuid.call(process);
    // Root may write anywhere, so a test that runs as root becomes somebody else for one call.
    if (before === 0) seteuid.call(process, 65534);
    try {
      await expect(openStorage(root, []).write(`${root}/a`, 'x')).rejects.toMatchObject({
        code: 'WRONG_INPUT',
        message: expect.stringMatching(/no permission.*storage root .*locked\/root.*storage\.root in tempered\.json/),
      });
    } finally {
      if (before === 0) seteuid.call(process, before);
    }
  });

  test('a writer killed in the middle leaves the older file or a whole newer one', async () => {
    const uri = childUri(storage.root, 'file');
    const module = new URL('./file.js', import.meta.url).href;
    const program = `
      import { FileStorage } from ${JSON.stringify(module)};
      const storage = new FileStorage(${JSON.stringify(storage.root)}, []);
      for (let i = 0; ; i++) {
        await storage.write(${JSON.stringify(uri)}, String(i % 10).repeat(3_000_000));
        process.stdout.write('.');
      }`;
    for (let round = 0; round < 3; round++) {
      const writer = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      writers.push(writer);
      await once(writer.stdout, 'data');
      await kill(writer);
      const content = new TextDecoder().decode(await storage.read(uri));
      expect(content).toHaveLength(3_000_000);
      expect(new Set(content).size).toBe(1);
    }
    expect((await storage.list(storage.root)).map((entry) => entry.name)).toEqual(['file', 'inside']);
  });

  test('free space is known before the root exists', async () => {
    expect(await openStorage(fileUri(outside('not/yet/there')), []).freeBytes()).toBeGreaterThan(0);
  });
});

test.each(['/plain/path', 'root', 'file:relative', ''])('a storage root of %j is refused', (root) => {
  expect(() => openStorage(root, [])).toThrow(
    expect.objectContaining({ code: 'WRONG_INPUT', message: expect.stringContaining(root) }),
  );
});

test('slashes at the end and localhost make no other root', () => {
  expect(new FileStorage('file://localhost/a/b//', []).root).toBe('file:///a/b');
});
