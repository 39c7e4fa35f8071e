import { parquetReadObjects, type ParquetParsers } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { TemperedError } from '../contracts/failure.js';
import { isoMoment, jsonSafe } from './json-safe.js';
import { readFooter } from './parquet-footer.js';
import { parquetColumns } from './parquet-schema.js';
import type { FilePreview, PreviewRow } from './file-preview.js';
import type { RandomAccess } from './storage.js';

/** Moments stay as fine as they are stored; a Date would cut microseconds off. */
const PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (millis) => isoMoment(millis, 1_000n),
  timestampFromMicroseconds: (micros) => isoMoment(micros, 1_000_000n),
  timestampFromNanoseconds: (nanos) => isoMoment(nanos, 1_000_000_000n),
  dateFromDays: (days) => new Date(days * 86_400_000).toISOString().slice(0, 10),
};

/**
 * Schema and row count from the footer, and the first rows: by the offset index only the pages that hold them where the writer
 * made one, else the first row group's column chunks.
 * @throws {TemperedError} `INVALID_DATA` for a file that is cut off
 */
export async function previewParquet(file: RandomAccess, rows: number): Promise<FilePreview> {
  const footer = await readFooter(file);
  if (footer.kind === 'broken') throw new TemperedError('INVALID_DATA', footer.why);
  const { metadata } = footer;
  const schema = parquetColumns(metadata);
  // utf8: bytes without a type are bytes; columns of text say so.
  const wanted = { rowStart: 0, rowEnd: Math.min(rows, footer.rows), useOffsetIndex: true, utf8: false };
  const read =
    wanted.rowEnd === 0 ? [] : await parquetReadObjects({ file, metadata, compressors, parsers: PARSERS, ...wanted });
  const head = read.map((row): PreviewRow => {
    const cells = schema.map(({ name, type }) => [name, withZone(type, jsonSafe(row[name]))] as const);
    return Object.fromEntries(cells);
  });
  return { schema, rows: footer.rows, head };
}

/** Only a column with a zone holds moments in UTC; the others hold readings of some clock. */
function withZone(type: string, value: ReturnType<typeof jsonSafe>): ReturnType<typeof jsonSafe> {
  return typeof value === 'string' && type.endsWith(', tz=UTC]') ? `${value}Z` : value;
}
