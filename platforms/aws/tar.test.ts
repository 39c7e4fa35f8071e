import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { tar, type TarFile } from './tar.js';

/** A file of these pieces. */
function file(path: string, ...pieces: readonly string[]): TarFile {
  const bytes = Buffer.byteLength(pieces.join(''));
  return {
    path,
    bytes,
    async *read() {
      for (const piece of pieces) yield await Promise.resolve(Buffer.from(piece));
    },
  };
}

async function packed(...files: readonly TarFile[]): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of tar(files)) pieces.push(piece);
  return Buffer.concat(pieces);
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tempered-tar-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('Python reads the archive and finds every file whole, an empty one and one of exactly a block too', async () => {
  const archive = join(folder, 'model.tar');
  writeFileSync(
    archive,
    await packed(file('model.json', '{', '}'), file('empty'), file('größe/model.txt', 'x'.repeat(512))),
  );
  const script = [
    'import sys, tarfile',
    'with tarfile.open(sys.argv[1]) as tar:',
    '    for each in tar: print(each.name, each.size, tar.extractfile(each).read()[:2].decode())',
  ].join('\n');
  const said = execFileSync('python3', ['-c', script, archive], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONUTF8: '1' },
  });
  expect(said.trim().split('\n')).toEqual(['model.json 2 {}', 'empty 0 ', 'größe/model.txt 512 xx']);
});

test.each([
  { given: 'a file that has become longer', wrong: { ...file('a', 'xy'), bytes: 1 }, says: /a has 2 bytes, not 1/ },
  { given: 'a path that is too long', wrong: file('a'.repeat(101)), says: /longer than 100 bytes/ },
])('$given is refused', async ({ wrong, says }) => {
  await expect(packed(wrong)).rejects.toThrow(says);
});
