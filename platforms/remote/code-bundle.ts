import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { formatBytes } from '../../contracts/bytes.js';
import { TemperedError } from '../../contracts/failure.js';
import { layout } from '../../storage/layout.js';
import type { Storage } from '../../storage/storage.js';
import { zip, type ZipFile } from './zip.js';

/** Folder of our own jobs, in the project and in the archive, where nothing of a user's may have its name. */
const JOBS = 'jobs';
const TAKEN = /^jobs(\/|\.py$)/;

/** The one program that every remote job is started by; it fetches the archive, so it lies beside it. */
const BOOTSTRAP = 'jobs/remote/bootstrap.py';

/** What is no code: tests, what was installed or made, hidden files. */
const LEFT_OUT = /^(\..*|test_.*\.py|conftest\.py|node_modules|__pycache__)$/;

/** A job's folder beyond this holds data, which belongs into the storage. */
const LARGEST_BYTES = 64 * 2 ** 20;

/** The code of a job as one archive. */
export interface CodeBundle {
  readonly archive: Uint8Array;
  readonly sha256: string;
  /** Path of the job's program inside the archive. */
  readonly entry: string;
}

/** Code in the storage, under the hash of its content. */
export interface CodeInStorage {
  readonly zipUri: string;
  readonly bootstrapUri: string;
  /** Path of the job's program inside the archive. */
  readonly entry: string;
}

/**
 * Packs the code of a job: our jobs, and at the top of the archive, from where Python imports, what lies in the folder of a user's own job.
 * So it is found in the job, in the processes that it starts, and in Spark's executors and Ray's workers, which get the same archive.
 * @param projectRoot folder that holds `jobs/`
 * @param entry inside the project, or absolute for a job of a user's own
 * @throws {TemperedError} `WRONG_INPUT` for a folder that is too large to be code, or that has a `jobs` of its own
 */
export async function bundleCode(projectRoot: string, entry: string): Promise<CodeBundle> {
  const isOwn = path.isAbsolute(entry);
  const files = [
    ...(await filesIn(path.join(projectRoot, JOBS), JOBS, isPython)),
    ...(isOwn ? await ownFiles(path.dirname(entry)) : []),
  ];
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  if (bytes > LARGEST_BYTES) {
    throw new TemperedError(
      'WRONG_INPUT',
      `${path.dirname(entry)} holds ${formatBytes(bytes)} to be sent with the job ${path.basename(entry)}; at most ${formatBytes(LARGEST_BYTES)} is code`,
      { field: 'entry', advice: 'move data out of the folder of the job' },
    );
  }
  const archive = zip(files);
  const sha256 = createHash('sha256').update(archive).digest('hex');
  return { archive, sha256, entry: isOwn ? path.basename(entry) : entry };
}

/**
 * Puts the code of a job into the storage, unless it is there: `_code/<sha256>.zip`, and the bootstrap beside it.
 * @throws {TemperedError} as {@link bundleCode} does
 */
export async function uploadCode(storage: Storage, projectRoot: string, entry: string): Promise<CodeInStorage> {
  const bundle = await bundleCode(projectRoot, entry);
  const bootstrap = await readFile(path.join(projectRoot, BOOTSTRAP));
  const code = {
    zipUri: layout.code(storage, `${bundle.sha256}.zip`),
    bootstrapUri: layout.code(storage, `${bundle.sha256}/bootstrap.py`),
    entry: bundle.entry,
  };
  await putOnce(storage, code.zipUri, bundle.archive);
  await putOnce(storage, code.bootstrapUri, bootstrap);
  return code;
}

async function putOnce(storage: Storage, uri: string, bytes: Uint8Array): Promise<void> {
  if ((await storage.stat(uri)) === undefined) await storage.writeNew(uri, bytes);
}

async function ownFiles(folder: string): Promise<ZipFile[]> {
  const files = await filesIn(folder, '', () => true);
  const taken = files.find((file) => TAKEN.test(file.path));
  if (taken === undefined) return files;
  throw new TemperedError(
    'WRONG_INPUT',
    `${path.join(folder, taken.path)} would hide the library of jobs, whose name is ${JOBS}`,
    { field: 'entry', found: taken.path, advice: 'give that folder or file another name' },
  );
}

function isPython(name: string): boolean {
  return name.endsWith('.py');
}

async function filesIn(folder: string, name: string, isWanted: (name: string) => boolean): Promise<ZipFile[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry): Promise<ZipFile[]> => {
      const from = path.join(folder, entry.name);
      const to = name === '' ? entry.name : `${name}/${entry.name}`;
      if (LEFT_OUT.test(entry.name)) return [];
      if (entry.isDirectory()) return filesIn(from, to, isWanted);
      return entry.isFile() && isWanted(entry.name) ? [{ path: to, bytes: await readFile(from) }] : [];
    }),
  );
  return found.flat();
}
