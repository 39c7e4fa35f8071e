import { parquetScan, type DecodedArray } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { TemperedError } from '../contracts/failure.js';
import type { Evaluation, Metrics } from '../contracts/metrics.js';
import type { DatasetRef } from '../contracts/refs.js';
import { readFooter } from '../storage/parquet-footer.js';
import { parquetColumns } from '../storage/parquet-schema.js';
import { readManifest } from '../storage/snapshots.js';
import type { Storage } from '../storage/storage.js';
import { childUri } from '../storage/uri.js';
import { RegressionMetrics, type Values } from './regression-metrics.js';

/** Both sides sum in doubles, in different orders; real mistakes are far larger. */
const TOLERANCE = 1e-9;

/** What the predictions themselves say. */
export interface MeasuredMetrics {
  readonly candidate: Metrics;
  readonly champion: Metrics | null;
}

/**
 * Computes the metrics again from the predictions of an evaluation, row group by row group, and compares them with the job's.
 * Columns: `label`, `prediction` and, where a champion was measured, `champion_prediction`.
 * @returns the metrics as computed here
 * @throws {TemperedError} `CONTRACT_BROKEN` naming the metric and both numbers, or the column or row that cannot be used
 */
export async function checkMetrics(
  storage: Storage,
  predictions: DatasetRef,
  claimed: Pick<Evaluation, 'candidate' | 'champion'>,
): Promise<MeasuredMetrics> {
  const measured = await measure(storage, predictions, claimed.champion !== null);
  compare('candidate', claimed.candidate, measured.candidate);
  if (claimed.champion !== null && measured.champion !== null) compare('champion', claimed.champion, measured.champion);
  return measured;
}

async function measure(storage: Storage, { uri }: DatasetRef, hasChampion: boolean): Promise<MeasuredMetrics> {
  const candidate = new RegressionMetrics();
  const champion = hasChampion ? new RegressionMetrics() : null;
  const manifest = await readManifest(storage, uri);
  for (const { path } of manifest.files) {
    for await (const read of rowGroups(storage, childUri(uri, path))) {
      const labels = await read('label');
      candidate.addBatch(labels, await read('prediction'));
      champion?.addBatch(labels, await read('champion_prediction'));
    }
  }
  if (manifest.rows === 0) throw broken(uri, 'no rows', 'at least one row');
  return { candidate: candidate.result(), champion: champion?.result() ?? null };
}

type ReadColumn = (column: string) => Promise<Values>;

/** For each row group a function that reads one column of it: memory is a few columns of one row group. */
async function* rowGroups(storage: Storage, uri: string): AsyncGenerator<ReadColumn> {
  const file = await storage.open(uri);
  const footer = await readFooter(file);
  if (footer.kind === 'broken') throw broken(uri, footer.why, 'a whole Parquet file');
  const { metadata } = footer;
  const types = new Map(parquetColumns(metadata).map(({ name, type }) => [name, type]));
  const scan = await parquetScan({ file, metadata, compressors });
  let rowStart = 0;
  for (const { num_rows } of metadata.row_groups) {
    const range = { rowStart, rowEnd: rowStart + Number(num_rows) };
    yield async (column) => {
      const type = types.get(column);
      if (type !== 'double' && type !== 'float') throw broken(`${uri}#${column}`, type ?? 'no such column', 'double');
      return finite(`${uri}#${column}`, range.rowStart, await scan.readColumn({ column, ...range }));
    };
    rowStart = range.rowEnd;
  }
}

function finite(where: string, firstRow: number, column: DecodedArray): Values {
  if (column instanceof Float64Array && column.every(Number.isFinite)) return column;
  return Float64Array.from({ length: column.length }, (_, index) => {
    const value: unknown = column[index];
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw broken(
      `${where} row ${firstRow + index}`,
      typeof value === 'number' ? String(value) : 'null',
      'a finite number',
    );
  });
}

function compare(whose: string, claimed: Metrics, found: Metrics): void {
  for (const name of METRIC_NAMES) {
    const difference = Math.abs(claimed[name] - found[name]);
    if (difference > TOLERANCE * scaleOf(name, found)) {
      throw broken(`${whose}.${name}`, `${claimed[name]} by the job`, `${found[name]} by its predictions`);
    }
  }
}

const METRIC_NAMES = [
  'rows',
  'mse',
  'rmse',
  'mae',
  'r2',
  'explainedVariance',
  'bias',
  'smape',
] as const satisfies readonly (keyof Metrics)[];

/** What a metric's error is measured by. Those that are differences can be near 0 while what they are made of is not. */
function scaleOf(name: keyof Metrics, found: Metrics): number {
  switch (name) {
    case 'rows':
      return 0;
    case 'bias':
      return Math.max(Math.abs(found.bias), found.mae);
    case 'r2':
    case 'explainedVariance':
      return Math.max(1, Math.abs(found[name]));
    default:
      return Math.abs(found[name]);
  }
}

function broken(what: string, found: string, expected: string): TemperedError {
  return new TemperedError('CONTRACT_BROKEN', `${what}: found ${found}, expected ${expected}`, {
    file: what,
    found,
    expected,
  });
}
