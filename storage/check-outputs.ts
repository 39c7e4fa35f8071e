import { TemperedError } from '../contracts/failure.js';
import type { JobOutput, JobResult } from '../contracts/job.js';
import type { ManifestFile } from '../contracts/manifest.js';
import { dataFiles, findDamage, type FoundFile } from './data-files.js';
import { mapLimited } from './map-limited.js';
import { readFooter } from './parquet-footer.js';
import { parquetColumns } from './parquet-schema.js';
import type { Storage } from './storage.js';
import { childUri, isHiddenName, isInnerPath } from './uri.js';

/** Footers read at a time. */
const PARALLEL_FOOTERS = 8;

type DatasetOutput = Extract<JobOutput, { kind: 'dataset' }>;

/** How a finished job is checked. */
export interface OutputCheck {
  readonly storage: Storage;
  /** Folder that holds the job's outputs. */
  readonly outputUri: string;
  readonly result: JobResult;
  /** Names of outputs whose content has its final place already; they may be gone from the output folder. */
  readonly stored: ReadonlySet<string>;
}

/**
 * Holds what a job says against what it left: counts add up, every listed file is there with its size, no data file is
 * unlisted, and the Parquet footers have the rows and columns of the result. Data pages are not read.
 * @throws {TemperedError} `CONTRACT_BROKEN` naming the output or file, what was found and what was expected
 */
export async function checkOutputs({ storage, outputUri, result, stored }: OutputCheck): Promise<void> {
  const { outputs, rowsIn, rowsOut, rowsRejected } = result;
  if (rowsIn !== rowsOut + rowsRejected) {
    throw broken('rowsIn', rowsIn, `rowsOut + rowsRejected = ${rowsOut + rowsRejected}`);
  }
  checkPaths(outputs);
  checkFiles(outputs, stored, await dataFiles(storage, outputUri));
  for (const [name, output] of Object.entries(outputs)) {
    if (output.kind === 'dataset' && !stored.has(name))
      await checkDataset(name, output, (path) => storage.open(childUri(outputUri, path)));
  }
}

function checkPaths(outputs: JobResult['outputs']): void {
  const taken: string[] = [];
  for (const [name, { path }] of Object.entries(outputs)) {
    if (!isInnerPath(path) || path.split('/').some(isHiddenName)) {
      throw broken(
        `outputs.${name}.path`,
        `"${path}"`,
        'a folder inside the output folder, no name beginning with _ or .',
      );
    }
    const other = taken.find((before) => `${path}/`.startsWith(`${before}/`) || `${before}/`.startsWith(`${path}/`));
    if (other !== undefined)
      throw broken(`outputs.${name}.path`, `"${path}"`, `a folder of its own, apart from "${other}"`);
    taken.push(path);
  }
}

function checkFiles(outputs: JobResult['outputs'], stored: ReadonlySet<string>, found: readonly FoundFile[]): void {
  const listed = Object.entries(outputs).flatMap(([name, output]) =>
    output.files.map((file) => ({ ...file, name, path: `${output.path}/${file.path}` })),
  );
  const damage = findDamage(
    listed.filter(({ name }) => !stored.has(name)),
    found,
  );
  if (damage !== undefined) throw broken(damage.path, damage.found, damage.expected);
  const paths = new Set<string>();
  for (const { path } of listed) {
    if (paths.has(path)) throw broken(path, 'listed twice', 'listed once');
    paths.add(path);
  }
  const unlisted = found.find(({ path }) => !paths.has(path));
  if (unlisted !== undefined) {
    throw broken(
      unlisted.path,
      `a data file of ${unlisted.bytes} bytes that _result.json does not list`,
      'listed files only',
    );
  }
}

async function checkDataset(name: string, output: DatasetOutput, open: Storage['open']): Promise<void> {
  if (output.files.length === 0) throw broken(`outputs.${name}.files`, 'no files', 'at least one Parquet file');
  const columns = output.schema.map((column) => column.name).join(', ');
  const rows = await mapLimited(output.files, PARALLEL_FOOTERS, async (file: ManifestFile) => {
    const path = `${output.path}/${file.path}`;
    const footer = await readFooter(await open(path));
    if (footer.kind === 'broken') throw broken(path, footer.why, 'a whole Parquet file');
    if (footer.rows !== file.rows) {
      throw broken(
        path,
        `${footer.rows} rows in its footer`,
        `${file.rows ?? 'no number of'} rows, as _result.json says`,
      );
    }
    const found = parquetColumns(footer.metadata)
      .map((column) => column.name)
      .join(', ');
    if (found !== columns) throw broken(path, `columns ${found}`, `columns ${columns}, as _result.json says`);
    return footer.rows;
  });
  const total = rows.reduce((sum, count) => sum + count, 0);
  if (total !== output.rows)
    throw broken(`outputs.${name}.rows`, output.rows, `${total}, the sum over its files' footers`);
}

/** The error for a job that did not do what it said: names the thing, what was found and what was expected. */
export function broken(what: string, found: string | number, expected: string | number): TemperedError {
  const message = `the job broke its contract: ${what}: found ${found}, expected ${expected}`;
  return new TemperedError('CONTRACT_BROKEN', message, { file: what, found, expected });
}
