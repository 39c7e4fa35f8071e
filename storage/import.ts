import { randomUUID } from 'node:crypto';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { TemperedError } from '../contracts/failure.js';
import { canonicalJson } from '../contracts/json.js';
import type { Column, ManifestFile, Provenance } from '../contracts/manifest.js';
import type { Ref } from '../contracts/refs.js';
import { messageOf } from '../contracts/system-error.js';
import { isAbsent } from './file-errors.js';
import { layout } from './layout.js';
import { manifestOf, type Content } from './manifest.js';
import { readFooter } from './parquet-footer.js';
import { parquetColumns } from './parquet-schema.js';
import { publishContent } from './publish-content.js';
import { refOf } from './snapshots.js';
import type { Storage } from './storage.js';
import { childUri, isHiddenName } from './uri.js';

/**
 * Copies a file or folder of this machine into the storage as a snapshot. Parquet becomes a dataset, anything else an artifact.
 * The same content under the same name is kept once, and its first reference is returned again. Names that begin with `_` or
 * `.` are left out.
 * @param name folder under `imports/`; by default made from the file's own name
 * @throws {TemperedError} `WRONG_INPUT` for a path that is absent, empty, mixed or cannot be read; `INVALID_DATA` naming a
 * Parquet file that is cut off or has other columns than the first
 */
export async function importPath(
  storage: Storage,
  path: string,
  options: { readonly name?: string } = {},
): Promise<Ref> {
  const source = await findSource(path);
  const name = options.name ?? nameFor(path);
  const stagedUri = layout.work(storage, `import/${randomUUID()}`);
  try {
    const files: ManifestFile[] = [];
    for (const file of source.files) {
      const copied = await storage.copyIn(join(source.folder, file), childUri(stagedUri, file));
      files.push({ path: file, ...copied });
    }
    const manifest = manifestOf(await describeContent(storage, { folderUri: stagedUri, dataset: name, files }));
    const parentUri = layout.importsOf(storage, name);
    return refOf(await publishContent(storage, { stagedUri, parentUri, manifest, provenance: provenanceOf(name) }));
  } finally {
    await storage.remove(stagedUri);
  }
}

interface Source {
  readonly folder: string;
  readonly files: readonly string[];
}

async function findSource(path: string): Promise<Source> {
  const found = await stat(path).catch((error: unknown) => {
    throw wrongPath(path, isAbsent(error) ? 'there is nothing' : messageOf(error), error);
  });
  if (found.isFile()) return { folder: dirname(resolve(path)), files: [basename(path)] };
  if (!found.isDirectory()) throw wrongPath(path, 'it is neither a file nor a folder');
  const folder = await realpath(path);
  const files = await filesOf(folder, '');
  if (files.length === 0) throw wrongPath(path, 'the folder holds no files (names beginning with _ or . do not count)');
  const parquet = files.filter(isParquet);
  const other = files.find((file) => !isParquet(file));
  if (parquet.length > 0 && other !== undefined) {
    throw wrongPath(path, `the folder mixes Parquet and other files, as ${other}; import them apart`);
  }
  return { folder, files };
}

async function filesOf(folder: string, inner: string): Promise<readonly string[]> {
  const names = (await readdir(join(folder, inner))).filter((name) => !isHiddenName(name)).sort();
  const files = await Promise.all(
    names.map(async (name): Promise<readonly string[]> => {
      const path = inner === '' ? name : `${inner}/${name}`;
      const entry = await lstat(join(folder, path));
      if (entry.isDirectory()) return filesOf(folder, path);
      // A link to a file is read through; a link to a folder may lead anywhere, back to here too.
      if ((await stat(join(folder, path))).isFile()) return [path];
      throw wrongPath(join(folder, path), 'it is neither a file nor a folder itself');
    }),
  );
  return files.flat();
}

interface CopiedFolder {
  readonly folderUri: string;
  readonly dataset: string;
  readonly files: readonly ManifestFile[];
}

async function describeContent(storage: Storage, { folderUri, dataset, files }: CopiedFolder): Promise<Content> {
  if (!files.every(({ path }) => isParquet(path))) return { kind: 'artifact', dataset, files };
  let schema: readonly Column[] | undefined;
  const counted: (ManifestFile & { readonly rows: number })[] = [];
  for (const file of files) {
    const footer = await readFooter(await storage.open(childUri(folderUri, file.path)));
    if (footer.kind === 'broken') throw wrongData(file.path, footer.why, 'a whole Parquet file');
    const columns = parquetColumns(footer.metadata);
    schema ??= columns;
    if (canonicalJson(columns) !== canonicalJson(schema)) {
      throw wrongData(file.path, `columns ${inWords(columns)}`, `those of ${files[0]?.path ?? ''}: ${inWords(schema)}`);
    }
    counted.push({ ...file, rows: footer.rows });
  }
  const rows = counted.reduce((sum, file) => sum + file.rows, 0);
  return { kind: 'dataset', dataset, rows, schema: schema ?? [], files: counted };
}

/** No run and no stage makes an import, so it has no workflow id and no key. */
function provenanceOf(name: string): Provenance {
  const publishedAt = new Date().toISOString();
  const jobKey = `import/${name}`;
  return { stage: 'import', stageKey: '', workflowId: '', runId: '', jobKey, inputs: {}, publishedAt };
}

/** `Employees 2024.parquet` -> `employees-2024` */
function nameFor(path: string): string {
  const plain = basename(resolve(path))
    .replace(/\.[^.]*$/, '')
    .toLowerCase();
  const name = plain
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 63)
    .replace(/-$/, '');
  return name === '' ? 'data' : name;
}

function isParquet(path: string): boolean {
  return path.endsWith('.parquet');
}

function inWords(columns: readonly Column[]): string {
  return columns.map(({ name, type, nullable }) => `${name} ${type}${nullable ? '' : ' not null'}`).join(', ');
}

function wrongPath(path: string, why: string, cause?: unknown): TemperedError {
  return new TemperedError('WRONG_INPUT', `cannot import ${path}: ${why}`, { field: 'path', found: path }, { cause });
}

function wrongData(file: string, found: string, expected: string): TemperedError {
  const message = `cannot import ${file}: found ${found}, expected ${expected}`;
  return new TemperedError('INVALID_DATA', message, { field: file, found, expected });
}
