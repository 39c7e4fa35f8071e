/** A file of an archive. */
export interface TarFile {
  /** Relative path of at most 100 bytes. */
  readonly path: string;
  readonly bytes: number;
  /** Its content, in pieces. */
  readonly read: () => AsyncIterable<Uint8Array>;
}

const BLOCK = 512;
const LONGEST_PATH = 100;

/**
 * A tar archive (ustar) as a stream of pieces. It carries no time, owner or mode of this machine: the same files give the same bytes.
 * @throws RangeError for a path that is too long, or a file that has not the length it should have
 */
export async function* tar(files: readonly TarFile[]): AsyncGenerator<Uint8Array> {
  for (const file of files) {
    yield header(file);
    let written = 0;
    for await (const piece of file.read()) {
      written += piece.length;
      yield piece;
    }
    if (written !== file.bytes) {
      throw new RangeError(`${file.path} has ${String(written)} bytes, not ${String(file.bytes)}`);
    }
    yield new Uint8Array((BLOCK - (written % BLOCK)) % BLOCK);
  }
  yield new Uint8Array(2 * BLOCK);
}

/** @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html (ustar Interchange Format) */
function header({ path, bytes }: TarFile): Uint8Array {
  const name = Buffer.from(path, 'utf8');
  if (name.length > LONGEST_PATH) throw new RangeError(`${path} is longer than ${String(LONGEST_PATH)} bytes`);
  const block = Buffer.alloc(BLOCK);
  name.copy(block);
  block.write('0000644\0', 100); // mode
  block.write('0000000\0', 108); // owner
  block.write('0000000\0', 116); // group
  block.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124);
  block.write(`${'0'.repeat(11)}\0`, 136); // time
  block.write(' '.repeat(8), 148); // the sum counts its own field as blanks
  block.write('0', 156); // a file
  block.write('ustar\u000000', 257); // the version follows a zero
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
