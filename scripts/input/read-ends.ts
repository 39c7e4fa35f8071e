import { open, stat } from 'node:fs/promises';
import { TemperedError } from '../../contracts/failure.js';
import { systemErrorCode } from '../../contracts/system-error.js';

/** A log may be larger than memory; its first and last bytes say how the job was started and how it ended. */
const HEAD_BYTES = 256 * 1024;
const TAIL_BYTES = 4 * 1024 * 1024;

/**
 * The first and the last bytes of a file, or of stdin for `-`, as text; the whole of it when it is small. Bytes that are not UTF-8 are replaced.
 * @throws {TemperedError} `WRONG_INPUT` when there is no such file, it is no file, or it cannot be read
 */
export async function readEnds(path: string): Promise<string> {
  try {
    return path === '-' ? await readStream(process.stdin) : await readFileEnds(path);
  } catch (error) {
    if (error instanceof TemperedError) throw error;
    const why = systemErrorCode(error) ?? String(error);
    const found = why === 'ENOENT' ? 'does not exist' : `cannot be read (${why})`;
    throw new TemperedError('WRONG_INPUT', `${path} ${found}`, {
      advice: 'name a log or an evidence JSON, or - for stdin',
    });
  }
}

async function readFileEnds(path: string): Promise<string> {
  const { size } = await stat(path);
  const file = await open(path);
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) {
      throw new TemperedError('WRONG_INPUT', `${path} is a directory, allowed is a log or an evidence JSON`);
    }
    if (!stats.isFile()) return await readStream(file.createReadStream({ autoClose: false }));
    if (size <= HEAD_BYTES + TAIL_BYTES) return (await file.readFile()).toString('utf8');
    const [head, tail] = [Buffer.alloc(HEAD_BYTES), Buffer.alloc(TAIL_BYTES)];
    await file.read(head, 0, HEAD_BYTES, 0);
    await file.read(tail, 0, TAIL_BYTES, size - TAIL_BYTES);
    return `${head.toString('utf8')}\n${tail.toString('utf8')}`;
  } finally {
    await file.close();
  }
}

async function readStream(stream: AsyncIterable<Buffer | string>): Promise<string> {
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  let total = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    total += bytes.length;
    const room = HEAD_BYTES - head.length;
    if (room > 0) head = Buffer.concat([head, bytes.subarray(0, room)]);
    const rest = bytes.subarray(Math.max(0, room));
    tail = Buffer.concat([tail, rest]);
    if (tail.length > 2 * TAIL_BYTES) tail = tail.subarray(-TAIL_BYTES);
  }
  const cut = total > head.length + tail.length;
  return `${head.toString('utf8')}${cut ? '\n' : ''}${tail.toString('utf8')}`;
}
