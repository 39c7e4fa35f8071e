import { canonicalJson } from '../contracts/json.js';
import { SizeRecord } from '../contracts/size-record.js';
import { sha256Of } from './content-hash.js';
import { parseJson } from './find-json.js';
import { layout } from './layout.js';
import { mapLimited } from './map-limited.js';
import type { Storage } from './storage.js';
import { childUri } from './uri.js';

/** As many as are read for one decision: twenty of a size are enough, for five sizes. */
export const NEWEST = 100;

/** Each read waits for the storage, not for us. */
const PARALLEL_READS = 32;

/** Keeps a run's record. Nothing is ever changed: the same job key is the same file, and writing it again does nothing. */
export async function writeSizeRecord(storage: Storage, record: SizeRecord): Promise<void> {
  const folder = layout.sizes(storage, record.stage);
  await storage.writeNew(childUri(folder, fileName(record)), canonicalJson(record));
}

type Records = ReadonlyMap<string, SizeRecord>;

/** Records never change, so each is read once by a process; of each folder the newest are kept. Reading them takes most of a plan else. */
const alreadyRead = new WeakMap<Storage, Map<string, Records>>();

/**
 * The newest records of a stage, newest first, at most {@link NEWEST}. A damaged one is left out: it can only make a guess a little worse.
 */
export async function newestSizeRecords(storage: Storage, stage: string): Promise<readonly SizeRecord[]> {
  const folder = layout.sizes(storage, stage);
  const folders = alreadyRead.get(storage) ?? new Map<string, Records>();
  alreadyRead.set(storage, folders);
  const before = folders.get(folder);
  const files = await storage.list(folder, NEWEST);
  const names = files.filter(({ kind }) => kind === 'file').map(({ name }) => name);
  const found = await mapLimited(names.slice(-NEWEST).reverse(), PARALLEL_READS, async (name) => {
    const record = before?.get(name) ?? parseJson(await storage.read(childUri(folder, name)), SizeRecord);
    return record === undefined ? [] : [[name, record] as const];
  });
  const records = new Map(found.flat());
  folders.set(folder, records);
  return [...records.values()];
}

/** The stages that have records, by name. */
export async function stagesWithSizes(storage: Storage): Promise<readonly string[]> {
  const folders = await storage.list(layout.allSizes(storage));
  return folders.filter(({ kind }) => kind === 'folder').map(({ name }) => name);
}

/** In the order of time when sorted as text. */
function fileName({ at, jobKey }: SizeRecord): string {
  const time = new Date(at).toISOString().replace(/[-:.]/g, '');
  return `${time}-${sha256Of(jobKey).slice(0, 16)}.json`;
}
