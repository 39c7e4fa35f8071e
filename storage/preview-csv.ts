import type { FilePreview, PreviewRow } from './file-preview.js';
import type { RandomAccess } from './storage.js';

/** How much of a file is read to find its first rows; a row longer than this is not shown. */
const HEAD_BYTES = 256 * 1024;

/** Column names from the first line and the first rows as text (RFC 4180). Rows are counted only when the whole file was read. */
export async function previewCsv(file: RandomAccess, rows: number): Promise<FilePreview> {
  const bytes = await file.slice(0, Math.min(HEAD_BYTES, file.byteLength));
  const text = new TextDecoder().decode(bytes);
  const isWhole = bytes.byteLength === file.byteLength;
  const [header = [], ...records] = parseCsv(text, isWhole);
  const head = records
    .slice(0, rows)
    .map((record): PreviewRow => Object.fromEntries(header.map((name, column) => [name, record[column] ?? null])));
  const schema = header.map((name) => ({ name, type: 'string', nullable: true }));
  return { schema, rows: isWhole ? records.length : null, head };
}

/**
 * The records of a CSV text. Quoted fields may hold commas, line breaks and doubled quotes; empty lines are left out.
 * @param isWhole false when the text is cut off, so that its last record is left out too
 */
export function parseCsv(text: string, isWhole: boolean): readonly (readonly string[])[] {
  const records: string[][] = [];
  let record: string[] = [];
  // A field, quoted or not, and what ends it: a comma, a line break or the end of the text.
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (field.lastIndex = start; field.lastIndex < text.length;) {
    const match = field.exec(text);
    if (match === null) break;
    const [, quoted, plain = '', end] = match;
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (end === '' && !isWhole) return records;
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
  }
  if (isWhole && record.length > 0) records.push([...record, '']);
  return records;
}
