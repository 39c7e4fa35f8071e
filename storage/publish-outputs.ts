import { TemperedError } from '../contracts/failure.js';
import type { AttemptRecord } from '../contracts/attempt-record.js';
import type { JobResult } from '../contracts/job.js';
import type { JsonObject } from '../contracts/json.js';
import type { Manifest, Provenance } from '../contracts/manifest.js';
import type { Ref } from '../contracts/refs.js';
import { STAGE_RECORD_FILE, StageRecord, type KeyParts, type StageSummary } from '../contracts/stage-record.js';
import { broken, checkOutputs } from './check-outputs.js';
import { layout } from './layout.js';
import { manifestOf } from './manifest.js';
import { mapLimited } from './map-limited.js';
import { describeSnapshot, refOf, writeSnapshot } from './snapshots.js';
import { findPlace, writeLatest, type StagePlace } from './stage-records.js';
import type { Storage } from './storage.js';
import { futureModelRef, isStored, storeModel } from './store-model.js';
import { childUri } from './uri.js';

/** Manifests written at a time: each waits for the disk twice. */
const PARALLEL_WRITES = 4;

/** A finished job that is to become a published stage. */
export interface StagePublication {
  /** Folder of the job's outputs; it becomes the published folder, so it is gone afterwards. */
  readonly outputUri: string;
  readonly result: JobResult;
  readonly stage: string;
  readonly stageKey: string;
  readonly keyParts: KeyParts;
  readonly provenance: Provenance;
  readonly summary: StageSummary;
  readonly attempts: readonly AttemptRecord[];
  /** Parses references and values together into the stage's output; throws when they are not what the stage promises. */
  readonly toOutput: (found: JsonObject) => JsonObject;
}

/**
 * Checks a finished job against its contract and publishes it: manifests and `_stage.json` are written into the job's output
 * folder, which then moves to its final place in one step. Models go to the model store, where the content decides the place.
 *
 * May be called again at any time, also after a crash at any point: until that one step nothing is published, after it the
 * published record is returned. When another run was first, its record is returned and this job's outputs are removed.
 * @returns the published record, ours or the other run's
 * @throws {TemperedError} `CONTRACT_BROKEN`; see {@link checkOutputs}
 */
export async function publishStage(storage: Storage, publication: StagePublication): Promise<StageRecord> {
  const { outputUri, result, stage, stageKey, provenance } = publication;
  const place = await findPlace(storage, stage, stageKey);
  if (place.found.kind === 'hit') return concede(storage, publication, place);
  await checkOutputs({ storage, outputUri, result, stored: await storedModels(storage, result) });
  const finalUri = layout.stage(storage, stage, place.folder);
  const plan = planPublication(storage, publication, finalUri);
  for (const output of Object.values(result.outputs)) {
    if (output.kind !== 'model') continue;
    await storeModel(storage, { ...output, stagedUri: childUri(outputUri, output.path), provenance });
  }
  // A model that was mended here may have made the earlier publication whole again.
  const mended = place.found.kind === 'damaged' ? await findPlace(storage, stage, stageKey) : place;
  if (mended.found.kind === 'hit') return concede(storage, publication, mended);
  // Not Promise.all: after a failure no write may still be under way, or it would land in what a second call has published.
  await mapLimited(plan.snapshots, PARALLEL_WRITES, ({ path, manifest }) =>
    writeSnapshot(storage, childUri(outputUri, path), { manifest, provenance }),
  );
  await storage.write(childUri(outputUri, STAGE_RECORD_FILE), `${JSON.stringify(plan.record, null, 1)}\n`);
  if (await storage.publish(outputUri, finalUri)) return noted(storage, publication, { ...place, record: plan.record });
  return concede(storage, publication, await findPlace(storage, stage, stageKey));
}

/** Another run, or we ourselves before a crash, hold the place: their record is the stage's. */
async function concede(storage: Storage, publication: StagePublication, place: StagePlace): Promise<StageRecord> {
  if (place.found.kind !== 'hit') {
    const { stage, stageKey } = publication;
    const message = `${layout.stage(storage, stage, stageKey)} was published by another run and damaged since`;
    throw new TemperedError('STORAGE_UNAVAILABLE', message, { stage, stageKey });
  }
  await storage.remove(publication.outputUri);
  return noted(storage, publication, { ...place, record: place.found.record });
}

/** The latest record of a stage is the last one that a job made, not the last one that a run reused. */
async function noted(
  storage: Storage,
  { provenance }: StagePublication,
  { record, folder }: { readonly record: StageRecord; readonly folder: string },
): Promise<StageRecord> {
  if (record.provenance.jobKey === provenance.jobKey) await writeLatest(storage, record, folder);
  return record;
}

interface PublicationPlan {
  readonly record: StageRecord;
  /** Folders of the output folder that become snapshots. */
  readonly snapshots: readonly { readonly path: string; readonly manifest: Manifest }[];
}

/** Everything that will be written, decided before the first byte is: an output that breaks the contract leaves no trace. */
function planPublication(storage: Storage, publication: StagePublication, finalUri: string): PublicationPlan {
  const { result, stageKey, keyParts, provenance, summary, attempts, toOutput } = publication;
  const refs: Record<string, Ref> = {};
  const snapshots: { path: string; manifest: Manifest }[] = [];
  for (const [name, output] of Object.entries(result.outputs)) {
    const field = camelCase(name);
    if (Object.hasOwn(refs, field) || Object.hasOwn(result.values, field))
      throw broken(`outputs.${name}`, `"${field}" given twice`, 'each name once');
    if (output.kind === 'model') {
      refs[field] = futureModelRef(storage, output);
      continue;
    }
    const manifest = manifestOf({ ...output, dataset: name });
    refs[field] = refOf(describeSnapshot(childUri(finalUri, output.path), manifest));
    snapshots.push({ path: output.path, manifest });
  }
  const output = toOutput({ ...result.values, ...refs });
  const record = StageRecord.parse({ version: 1, stageKey, keyParts, output, summary, provenance, attempts });
  return { record, snapshots };
}

/** Names of the model outputs that the store holds whole: published by us before a crash, or by another run before us. */
async function storedModels(storage: Storage, { outputs }: JobResult): Promise<ReadonlySet<string>> {
  const stored = new Set<string>();
  for (const [name, output] of Object.entries(outputs)) {
    if (output.kind === 'model' && (await isStored(storage, output))) stored.add(name);
  }
  return stored;
}

/** `top_salaries` -> `topSalaries`; a name that is camelCase already stays. */
function camelCase(name: string): string {
  return name.replace(/_+([a-zA-Z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}
