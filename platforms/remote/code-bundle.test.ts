import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FileStorage } from '../../storage/file.js';
import { fileUri, pathOfFileUri } from '../../storage/file-uri.js';
import { uploadCode } from './code-bundle.js';

let folder: string;
let storage: FileStorage;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tempered-code-'));
  storage = new FileStorage(fileUri(join(folder, 'data')), []);
  put('project/jobs/__init__.py');
  put('project/jobs/remote/bootstrap.py', 'print("boots")\n');
  put('project/jobs/spark/etl.py', 'ETL = 1\n');
  for (const left of [
    'jobs/spark/test_etl.py',
    'jobs/conftest.py',
    'jobs/__pycache__/etl.pyc',
    'jobs/notes.txt',
    'bin/x.py',
  ])
    put(`project/${left}`);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function put(path: string, content = ''): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function namesIn(zipUri: string): string {
  const script = 'import sys, zipfile; print(*zipfile.ZipFile(sys.argv[1]).namelist())';
  return execFileSync('python3', ['-c', script, pathOfFileUri(zipUri)], { encoding: 'utf8' }).trim();
}

const upload = (entry: string) => uploadCode(storage, join(folder, 'project'), entry);

describe('the code of a job elsewhere', () => {
  test('is the jobs without their tests, and the bootstrap beside them', async () => {
    const code = await upload('jobs/spark/etl.py');
    expect(namesIn(code.zipUri)).toBe('jobs/__init__.py jobs/remote/bootstrap.py jobs/spark/etl.py');
    expect(code.entry).toBe('jobs/spark/etl.py');
    expect(code.zipUri).toMatch(/\/_code\/[0-9a-f]{64}\.zip$/);
    expect(new TextDecoder().decode(await storage.read(code.bootstrapUri))).toBe('print("boots")\n');
  });

  test('has the same address while it is the same, and another one when it is not', async () => {
    const first = await upload('jobs/spark/etl.py');
    await expect(upload('jobs/spark/etl.py')).resolves.toEqual(first);
    put('project/jobs/spark/etl.py', 'ETL = 2\n');
    expect((await upload('jobs/spark/etl.py')).zipUri).not.toBe(first.zipUri);
  });

  test("holds the folder of a user's own job too, whatever its files are, where Python imports from", async () => {
    put('rain/etl.py', 'import helper, parts.more\nprint(helper.NAME, parts.more.NAME)\n');
    put('rain/helper.py', 'NAME = "beside"\n');
    put('rain/parts/__init__.py');
    put('rain/parts/more.py', 'NAME = "below"\n');
    put('rain/lookup.csv');
    put('rain/.venv/lib/big.py');
    const code = await upload(join(folder, 'rain/etl.py'));
    expect(code.entry).toBe('etl.py');
    expect(namesIn(code.zipUri)).toMatch(
      /^etl\.py helper\.py jobs\/__init__\.py .* lookup\.csv parts\/__init__\.py parts\/more\.py$/,
    );
    // As an executor of Spark has it: the archive itself is on the path.
    const said = execFileSync('python3', ['-c', 'import etl'], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], PYTHONPATH: pathOfFileUri(code.zipUri) },
    });
    expect(said).toBe('beside below\n');
  });

  test.each(['rain/jobs/helper.py', 'rain/jobs.py'])(
    'is refused when %s would hide the library of jobs',
    async (name) => {
      put('rain/etl.py');
      put(name);
      await expect(upload(join(folder, 'rain/etl.py'))).rejects.toMatchObject({
        code: 'WRONG_INPUT',
        message: expect.stringContaining(join(folder, name)) as unknown,
      });
    },
  );

  test('is refused when a folder of data would be sent as code', async () => {
    put('rain/etl.py');
    put('rain/data.bin', 'x'.repeat(65 * 2 ** 20));
    await expect(upload(join(folder, 'rain/etl.py'))).rejects.toMatchObject({
      code: 'WRONG_INPUT',
      message: expect.stringContaining('65 MiB to be sent with the job etl.py; at most 64 MiB') as unknown,
    });
  });
});
