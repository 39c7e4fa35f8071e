import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fileUri, pathOfFileUri } from './file-uri.js';
import { childUri, isInnerPath, nameOfUri, trimUri } from './uri.js';

/** Any name that a file can have. */
const anyName = fc
  .oneof(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ minLength: 1, unit: 'binary-ascii' }))
  .filter((name) => isInnerPath(name) && !name.includes('/'));

test('any name survives the way into a URI and back, as Node reads it too', () => {
  fc.assert(
    fc.property(fc.array(anyName, { minLength: 1, maxLength: 4 }), (names) => {
      const path = `/${names.join('/')}`;
      const uri = fileUri(path);
      expect(pathOfFileUri(uri)).toBe(path);
      expect(fileURLToPath(uri)).toBe(path);
      expect(childUri('file:///', names.join('/')).replace('file:', 'file://')).toBe(uri);
      expect(nameOfUri(uri)).toBe(names.at(-1));
    }),
  );
});

test('a URI that Node made is read alike', () => {
  for (const path of ['/a b/50%', '/é/[1]/a^b|c', '/split=train/~x'])
    expect(pathOfFileUri(pathToFileURL(path).href)).toBe(path);
});

test('a partition folder stays readable', () => {
  expect(childUri('file:///root/', 'split=train/part-0.parquet')).toBe('file:///root/split=train/part-0.parquet');
});

test.each(['', '/', '/a', 'a/', 'a//b', '..', 'a/../b', './a', 'a\0b'])('%j is no path inside a folder', (path) => {
  expect(() => childUri('file:///root', path)).toThrow(expect.objectContaining({ code: 'WRONG_INPUT' }));
});

test('slashes at the end do not count', () => {
  expect(trimUri('file:///a/b//')).toBe('file:///a/b');
});
