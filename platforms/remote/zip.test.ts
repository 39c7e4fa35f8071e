import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { zip } from './zip.js';

const FILES = [
  { path: 'jobs/__init__.py', bytes: Buffer.from('') },
  { path: 'jobs/größe.py', bytes: Buffer.from('ANSWER = "' + '42'.repeat(5_000) + '"\n') },
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tempered-zip-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('Python reads the archive, finds it whole, and imports from it', () => {
  const path = join(folder, 'code.zip');
  writeFileSync(path, zip(FILES));
  const script = [
    'import sys, zipfile, importlib',
    'archive = zipfile.ZipFile(sys.argv[1])',
    'assert archive.testzip() is None',
    'sys.path.insert(0, sys.argv[1])',
    'print(archive.namelist(), len(importlib.import_module("jobs.größe").ANSWER))',
  ].join('\n');
  const said = execFileSync('python3', ['-c', script, path], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONUTF8: '1' },
  });
  expect(said.trim()).toBe("['jobs/__init__.py', 'jobs/größe.py'] 10000");
});

test('the same files give the same bytes, in whatever order they come', () => {
  expect(Buffer.compare(zip(FILES), zip(FILES.toReversed()))).toBe(0);
});
