import { parquetMetadataAsync, type FileMetaData } from 'hyparquet';
import { TemperedError } from '../contracts/failure.js';
import type { RandomAccess } from './storage.js';

/** First read from the end of a file: the footer of a usual part file fits, and a longer one costs a second read. */
const FIRST_READ_BYTES = 64 * 1024;

/** The footer of a Parquet file, or why there is none. */
export type Footer =
  | { readonly kind: 'footer'; readonly metadata: FileMetaData; readonly rows: number }
  | { readonly kind: 'broken'; readonly why: string };

/** Reads the footer of a Parquet file; a file that is cut off or something else is `broken`, not an exception. */
export async function readFooter(file: RandomAccess): Promise<Footer> {
  if (file.byteLength < 12) return { kind: 'broken', why: `${file.byteLength} bytes are too short for a Parquet file` };
  try {
    const metadata = await parquetMetadataAsync(file, { initialFetchSize: FIRST_READ_BYTES });
    return { kind: 'footer', metadata, rows: Number(metadata.num_rows) };
  } catch (error) {
    // The reader has no error class of its own; only the storage's errors are not about the content.
    if (error instanceof TemperedError) throw error;
    return { kind: 'broken', why: 'it is cut off or is not a Parquet file' };
  }
}
