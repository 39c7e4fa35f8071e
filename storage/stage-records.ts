import { z } from 'zod';
import { contentHash, Ref } from '../contracts/refs.js';
import { STAGE_RECORD_FILE, StageRecord } from '../contracts/stage-record.js';
import { layout } from './layout.js';
import { findJson } from './find-json.js';
import { findReferenceDamage } from './snapshots.js';
import type { Storage } from './storage.js';
import { childUri } from './uri.js';

/** What a look-up for a published stage found. A damaged one must run again. */
export type FoundStage =
  | { readonly kind: 'hit'; readonly record: StageRecord }
  | { readonly kind: 'damaged'; readonly why: string }
  | { readonly kind: 'absent' };

/** What `_latest.json` holds: which folder of the stage. */
const Latest = z.strictObject({ folder: z.string(), publishedAt: z.iso.datetime() });

/**
 * Looks for a published stage, and whether the files of all its outputs are still there with their sizes. Reads manifests and
 * folder listings, no data.
 * @throws {TemperedError} only when the storage cannot be asked; whatever is wrong with the record itself is `damaged`
 */
export async function findStageRecord(storage: Storage, stage: string, stageKey: string): Promise<FoundStage> {
  return (await findPlace(storage, stage, stageKey)).found;
}

/** Where a stage is published, or may be: the result of the look-up, and the folder that it ended at. */
export interface StagePlace {
  readonly found: FoundStage;
  /** With a hit the published folder, else the one that is free. */
  readonly folder: string;
}

/**
 * As {@link findStageRecord}, with the place. What is published never changes and never moves, since a job may be reading it:
 * when the folder of a key is damaged, the next publication goes to `<stageKey>~2`, and so on.
 */
export async function findPlace(storage: Storage, stage: string, stageKey: string): Promise<StagePlace> {
  let found: FoundStage = { kind: 'absent' };
  for (let publication = 1; ; publication++) {
    const folder = publication === 1 ? stageKey : `${stageKey}~${publication}`;
    const here = await lookAt(storage, layout.stage(storage, stage, folder));
    if (here.kind === 'hit') return { found: here, folder };
    if (here.kind === 'absent') return { found, folder };
    found = here;
  }
}

/**
 * The record of a stage that was published last, under whatever key; undefined when there is none. Its files are not looked
 * at: it serves to explain why a key is new, and {@link findDataset} checks what is read through it.
 */
export async function latestStageRecord(storage: Storage, stage: string): Promise<StageRecord | undefined> {
  const latest = await findJson(storage, layout.latest(storage, stage), Latest);
  return latest && recordIn(storage, layout.stage(storage, stage, latest.folder));
}

/** Notes that a stage's record is its latest. */
export async function writeLatest(storage: Storage, record: StageRecord, folder: string): Promise<void> {
  const latest: z.infer<typeof Latest> = { folder, publishedAt: record.provenance.publishedAt };
  await storage.write(layout.latest(storage, record.keyParts.stage), JSON.stringify(latest));
}

async function lookAt(storage: Storage, folderUri: string): Promise<FoundStage> {
  let record = await recordIn(storage, folderUri);
  if (record === undefined) {
    if ((await storage.list(folderUri)).length === 0) return { kind: 'absent' };
    // Looked for once more, because it may have been published between the two questions.
    record = await recordIn(storage, folderUri);
  }
  if (record === undefined) return { kind: 'damaged', why: `${recordUri(folderUri)} is missing or cannot be read` };
  const damages = await Promise.all(Object.values(record.output).map((value) => damageOf(storage, value)));
  const why = damages.find((damage) => damage !== undefined);
  return why === undefined ? { kind: 'hit', record } : { kind: 'damaged', why };
}

function recordIn(storage: Storage, folderUri: string): Promise<StageRecord | undefined> {
  return findJson(storage, recordUri(folderUri), StageRecord);
}

function recordUri(folderUri: string): string {
  return childUri(folderUri, STAGE_RECORD_FILE);
}

/** What is wrong with the snapshot that an output value refers to; undefined for a whole one, and for a value that is no reference. */
async function damageOf(storage: Storage, value: unknown): Promise<string | undefined> {
  const { data: ref } = Ref.safeParse(value);
  return ref && findReferenceDamage(storage, { uri: ref.uri, manifestSha256: contentHash(ref) });
}
