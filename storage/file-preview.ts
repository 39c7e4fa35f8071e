import type { Json } from '../contracts/json.js';
import type { Column } from '../contracts/manifest.js';

/** One row, by column. */
export type PreviewRow = Readonly<Record<string, Json>>;

/** The beginning of one data file. `rows` is null where counting would mean reading all of it. */
export interface FilePreview {
  readonly schema: readonly Column[];
  readonly rows: number | null;
  readonly head: readonly PreviewRow[];
}
