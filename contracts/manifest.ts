import { z } from 'zod';
import { Sha256 } from './refs.js';

/** File name of the JSON that proves a snapshot: a folder without it is not readable as data. */
export const MANIFEST_FILE = '_manifest.json';

/** File name of a snapshot's provenance. It lies beside the manifest and is no part of what the snapshot is. */
export const PROVENANCE_FILE = '_provenance.json';

/** One column; `type` is the Arrow type as PyArrow prints it, as `int64` or `timestamp[us]`. */
export const Column = z.strictObject({ name: z.string(), type: z.string(), nullable: z.boolean() });
export type Column = Readonly<z.infer<typeof Column>>;

/** One file of a snapshot; `path` is relative to the folder of the manifest. */
export const ManifestFile = z.strictObject({
  path: z.string(),
  bytes: z.int().nonnegative(),
  sha256: Sha256,
  rows: z.int().nonnegative().optional(),
});
export type ManifestFile = Readonly<z.infer<typeof ManifestFile>>;

/** What `_provenance.json` holds: who made a snapshot and from what; read backwards, these are the lineage. */
export const Provenance = z.strictObject({
  stage: z.string(),
  stageKey: z.string(),
  workflowId: z.string(),
  runId: z.string(),
  jobKey: z.string(),
  inputs: z.record(z.string(), Sha256),
  publishedAt: z.iso.datetime(),
});
export type Provenance = Readonly<z.infer<typeof Provenance>>;

/**
 * What `_manifest.json` holds: content and nothing else, no time and no run, so that the same content has the same hash whenever
 * and by whomever it is made. `dataset` is the name of the output, import or model; a model has the hash of its candidate's manifest.
 */
export const Manifest = z.strictObject({
  version: z.literal(1),
  kind: z.enum(['dataset', 'artifact', 'model']),
  dataset: z.string(),
  rows: z.int().nonnegative().optional(),
  bytes: z.int().nonnegative(),
  schema: z.array(Column).optional(),
  schemaSha256: Sha256.optional(),
  candidateSha256: Sha256.optional(),
  files: z.array(ManifestFile),
});
export type Manifest = Readonly<z.infer<typeof Manifest>>;
