import {
  DataType,
  Message,
  RecordBatchReader,
  TimeUnit,
  type Field,
  type RecordBatch,
  type Schema,
} from 'apache-arrow';
import { TemperedError } from '../contracts/failure.js';
import type { Json } from '../contracts/json.js';
import { isoMoment, jsonSafe } from './json-safe.js';
import type { FilePreview, PreviewRow } from './file-preview.js';
import type { RandomAccess } from './storage.js';

/** A file in the file format begins with the magic, padded to 8 bytes; the stream format follows in it as it is. */
const FILE_MAGIC = 'ARROW1';
const FILE_HEADER_BYTES = 8;

/** First word of a message since format version 0.15, before its length. */
const CONTINUATION = 0xffffffff;

/**
 * Schema, row count and first rows of an Arrow IPC file or stream. Both are a chain of messages; the rows are counted by the
 * messages' headers, and only the bodies that hold the first rows are read.
 * @see https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format
 * @throws {TemperedError} `INVALID_DATA` for another format, a file that is cut off, or compressed batches
 */
export async function previewArrow(file: RandomAccess, rows: number): Promise<FilePreview> {
  const needed: Uint8Array[] = [];
  let counted = 0;
  for await (const { message, start, end } of messagesOf(file)) {
    if (!message.isRecordBatch()) {
      needed.push(new Uint8Array(await file.slice(start, end)));
      continue;
    }
    const batch = message.header();
    if (counted < rows) {
      if (batch.compression !== null) throw wrong('its batches are compressed, which preview cannot read');
      needed.push(new Uint8Array(await file.slice(start, end)));
    }
    counted += batch.length;
  }
  const reader = RecordBatchReader.from(Buffer.concat(needed)).open();
  const schema = columnsOf(reader.schema).map(({ name, type, nullable }) => ({ name, type: typeName(type), nullable }));
  return { schema, rows: counted, head: [...reader].flatMap(rowsOf).slice(0, rows) };
}

interface Located {
  readonly message: Message;
  readonly start: number;
  readonly end: number;
}

async function* messagesOf(file: RandomAccess): AsyncGenerator<Located> {
  const magic = new TextDecoder('latin1').decode(await file.slice(0, Math.min(FILE_MAGIC.length, file.byteLength)));
  for (let start = magic === FILE_MAGIC ? FILE_HEADER_BYTES : 0; start + 8 <= file.byteLength;) {
    const prefix = new DataView(await file.slice(start, start + 8));
    const hasContinuation = prefix.getUint32(0, true) === CONTINUATION;
    const headerBytes = prefix.getUint32(hasContinuation ? 4 : 0, true);
    if (headerBytes === 0) return;
    const headerStart = start + (hasContinuation ? 8 : 4);
    const bodyStart = headerStart + headerBytes;
    if (bodyStart > file.byteLength) throw wrong('it is cut off or is not Arrow IPC');
    const message = Message.decode(new Uint8Array(await file.slice(headerStart, bodyStart)));
    const end = bodyStart + message.bodyLength;
    if (end > file.byteLength) throw wrong('it is cut off');
    yield { message, start, end };
    start = end;
  }
}

/** The library types fields as any; their types are DataTypes. */
function columnsOf(schema: Schema): readonly Field<DataType>[] {
  return schema.fields;
}

function rowsOf(batch: RecordBatch): readonly PreviewRow[] {
  const columns = columnsOf(batch.schema).map(({ name, type }) => ({ name, type, values: valuesOf(batch, name) }));
  return Array.from({ length: batch.numRows }, (_, row) =>
    Object.fromEntries(columns.map(({ name, type, values }) => [name, cell(type, values(row))])),
  );
}

function valuesOf(batch: RecordBatch, column: string): (row: number) => unknown {
  const values = batch.getChild(column);
  return (row) => values?.get(row) as unknown;
}

/** Arrow gives moments as milliseconds since 1970, with a fraction for microseconds. */
function cell(type: DataType, value: unknown): Json {
  if (typeof value !== 'number') return jsonSafe(value);
  if (DataType.isDate(type)) return new Date(value).toISOString().slice(0, 10);
  if (!DataType.isTimestamp(type)) return jsonSafe(value);
  return isoMoment(BigInt(Math.round(value * 1000)), 1_000_000n) + (type.timezone === 'UTC' ? 'Z' : '');
}

const TIME_UNITS: Readonly<Record<TimeUnit, string>> = {
  [TimeUnit.SECOND]: 's',
  [TimeUnit.MILLISECOND]: 'ms',
  [TimeUnit.MICROSECOND]: 'us',
  [TimeUnit.NANOSECOND]: 'ns',
};

/** Types whose PyArrow name is not this library's in lower case. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  Utf8: 'string',
  LargeUtf8: 'large_string',
  Float64: 'double',
  Float32: 'float',
  Float16: 'halffloat',
  'Date32<DAY>': 'date32[day]',
  'Date64<MILLISECOND>': 'date64[ms]',
};

function typeName(type: DataType): string {
  if (DataType.isTimestamp(type)) {
    return `timestamp[${TIME_UNITS[type.unit]}${type.timezone ? `, tz=${type.timezone}` : ''}]`;
  }
  const name = nameOf(type);
  return TYPE_NAMES[name] ?? name.toLowerCase();
}

/** Every type of the library names itself, though the base class does not declare it. */
function nameOf(type: { toString(): string }): string {
  return type.toString();
}

function wrong(why: string): TemperedError {
  return new TemperedError('INVALID_DATA', why);
}
