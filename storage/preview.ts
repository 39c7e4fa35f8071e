import { TemperedError } from '../contracts/failure.js';
import type { Manifest, Provenance } from '../contracts/manifest.js';
import { messageOf } from '../contracts/system-error.js';
import type { FilePreview, PreviewRow } from './file-preview.js';
import { previewCsv } from './preview-csv.js';
import { previewParquet } from './preview-parquet.js';
import { findProvenance } from './provenance.js';
import { readSnapshot, type Snapshot } from './snapshots.js';
import type { RandomAccess, Storage } from './storage.js';
import { childUri, nameOfUri, trimUri } from './uri.js';

/** What a snapshot or file holds, as plain JSON. */
export interface Preview extends FilePreview {
  readonly uri: string;
  readonly kind: Manifest['kind'] | 'file';
  readonly bytes: number;
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly rows: number | null }[];
  /** Who made it; null for a single file, and where it was lost. */
  readonly provenance: Provenance | null;
}

type Previewer = (file: RandomAccess, rows: number) => Promise<FilePreview>;

/** Loaded when it is needed: the library takes longer to load than most previews take. */
const previewArrow: Previewer = async (file, rows) => (await import('./preview-arrow.js')).previewArrow(file, rows);

/** How files are read, by the end of their names. */
const PREVIEWERS: Readonly<Record<string, Previewer>> = {
  '.parquet': previewParquet,
  '.arrow': previewArrow,
  '.arrows': previewArrow,
  '.feather': previewArrow,
  '.ipc': previewArrow,
  '.csv': previewCsv,
};

/**
 * Shows what lies at a URI: a snapshot, or a single file inside of one. Reads manifests, footers and the first pages only.
 * @param rows how many first rows to show
 * @throws {TemperedError} `WRONG_INPUT` when nothing is there, `INVALID_DATA` for a file that cannot be read as its name says
 */
export async function preview(storage: Storage, uri: string, rows: number): Promise<Preview> {
  const entry = await storage.stat(uri);
  if (entry?.kind === 'file') {
    const { bytes } = entry;
    const shown = await previewFile(storage, trimUri(uri), rows);
    const file = { path: entry.name, bytes, rows: shown.rows };
    return { uri: trimUri(uri), kind: 'file', bytes, ...shown, files: [file], provenance: null };
  }
  const snapshot = await readSnapshot(storage, uri);
  const { manifest } = snapshot;
  const shown = await previewFiles(storage, snapshot, rows);
  return {
    uri: snapshot.uri,
    kind: manifest.kind,
    bytes: manifest.bytes,
    schema: manifest.schema ?? shown.schema,
    rows: manifest.rows ?? shown.rows,
    head: shown.head,
    files: manifest.files.map((file) => ({ path: file.path, bytes: file.bytes, rows: file.rows ?? null })),
    provenance: (await findProvenance(storage, snapshot.uri)) ?? null,
  };
}

/** Goes on to the next file until there are enough rows: the first part of a dataset may be short or empty. */
async function previewFiles(storage: Storage, snapshot: Snapshot, rows: number): Promise<FilePreview> {
  const readable = snapshot.manifest.files.filter(({ path }) => previewerFor(path) !== undefined);
  let first: FilePreview | undefined;
  const head: PreviewRow[] = [];
  for (const { path } of readable) {
    const shown = await previewFile(storage, childUri(snapshot.uri, path), rows - head.length);
    first ??= shown;
    head.push(...shown.head);
    if (head.length >= rows) break;
  }
  return { schema: first?.schema ?? [], rows: readable.length === 1 ? (first?.rows ?? null) : null, head };
}

async function previewFile(storage: Storage, uri: string, rows: number): Promise<FilePreview> {
  const previewer = previewerFor(nameOfUri(uri));
  if (previewer === undefined) return { schema: [], rows: null, head: [] };
  const file = await storage.open(uri);
  try {
    return await previewer(file, rows);
  } catch (cause) {
    if (cause instanceof TemperedError && cause.code !== 'INVALID_DATA') throw cause;
    throw new TemperedError('INVALID_DATA', `cannot preview ${uri}: ${messageOf(cause)}`, { uri }, { cause });
  }
}

function previewerFor(path: string): Previewer | undefined {
  return Object.entries(PREVIEWERS).find(([ending]) => path.endsWith(ending))?.[1];
}
