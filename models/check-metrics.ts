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

/** The one baseline without a column: it says the same in every row. */
const MEAN = 'mean';

/** A claim of the job, and the column of the predictions that proves it. */
interface Claim {
  readonly whose: string;
  readonly column: string;
  readonly metrics: Metrics;
}

/**
 * Computes the metrics again from the predictions of an evaluation, row group by row group, and compares them with the job's.
 * Columns: `label`, `prediction`, `champion_prediction` where a champion was measured, and one by the name of each baseline.
 * @returns the metrics as computed here
 * @throws {TemperedError} `CONTRACT_BROKEN` naming the metric and both numbers, or the column or row that cannot be used
 */
export async function checkMetrics(
  storage: Storage,
  predictions: DatasetRef,
  { candidate, champion, baselines = [] }: Pick<Evaluation, 'candidate' | 'champion' | 'baselines'>,
): Promise<MeasuredMetrics> {
  const claims: readonly Claim[] = [
    { whose: 'candidate', column: 'prediction', metrics: candidate },
    ...(champion === null ? [] : [{ whose: 'champion', column: 'champion_prediction', metrics: champion }]),
    ...baselines
      .filter(({ name }) => name !== MEAN)
      .map(({ name, metrics }) => ({ whose: `baseline ${name}`, column: name, metrics })),
  ];
  const measured = await measure(storage, predictions, claims);
  for (const { claim, found } of measured) compare(claim.whose, claim.metrics, found.result());
  const [first, second] = measured;
  if (!first) throw broken(predictions.uri, 'no claim', 'a candidate'); // the list above begins with one
  return { candidate: first.found.result(), champion: champion === null ? null : (second?.found.result() ?? null) };
}

async function measure(storage: Storage, { uri }: DatasetRef, claims: readonly Claim[]) {
  const measured = claims.map((claim) => ({ claim, found: new RegressionMetrics() }));
  const manifest = await readManifest(storage, uri);
  for (const { path } of manifest.files) {
    for await (const read of rowGroups(storage, childUri(uri, path))) {
      const labels = await read('label');
      for (const { claim, found } of measured) found.addBatch(labels, await read(claim.column));
    }
  }
  if (manifest.rows === 0) throw broken(uri, 'no rows', 'at least one row');
  return measured;
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
