import { crc32, deflateRawSync } from 'node:zlib';

/** A file of an archive. */
export interface ZipFile {
  /** With `/` between folders. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

// Signatures and fields as in APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const UTF8 = 0x0800;
const DEFLATE = 8;
/** 1980-01-01, the oldest date that the format knows. */
const DATE = 0x0021;
/** Readable by all, as Python's importer wants it: 0644 in the upper half, made by Unix. */
const MADE_BY_UNIX = (3 << 8) | VERSION;
const PERMISSIONS = 0o100644;

/**
 * Packs files into a ZIP archive. The same files give the same bytes, whatever their order, owner and age are.
 * For code: fewer than 65,536 files, less than 4 GiB together.
 */
export function zip(files: readonly ZipFile[]): Uint8Array {
  const sorted = files.toSorted((one, other) => (one.path < other.path ? -1 : 1));
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { path, bytes } of sorted) {
    const name = Buffer.from(path, 'utf8');
    const data = deflateRawSync(bytes, { level: 9 });
    const common = commonFields({ crc: crc32(bytes), packed: data.length, size: bytes.length, name: name.length });
    const local = Buffer.concat([uint32(LOCAL_HEADER), common, name, data]);
    const rest = [uint16(0), uint16(0), uint16(0), uint32((PERMISSIONS << 16) >>> 0), uint32(offset)];
    central.push(Buffer.concat([uint32(CENTRAL_HEADER), uint16(MADE_BY_UNIX), common, ...rest, name]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const count = uint16(sorted.length);
  const end = [uint32(END), uint16(0), uint16(0), count, count, uint32(directory.length), uint32(offset), uint16(0)];
  return Buffer.concat([...locals, directory, ...end]);
}

/** From "version needed to extract" to "extra field length": the same in both headers. */
function commonFields(file: {
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly name: number;
}): Buffer {
  return Buffer.concat([
    ...[VERSION, UTF8, DEFLATE, 0, DATE].map(uint16),
    ...[file.crc, file.packed, file.size].map(uint32),
    ...[file.name, 0].map(uint16),
  ]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
