import { z } from 'zod';

/** A SHA-256 in lower-case hexadecimal. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 is 64 lower-case hexadecimal digits');

/** A published, immutable table: what stages pass to one another in place of data. */
export const DatasetRef = z.strictObject({
  kind: z.literal('dataset'),
  uri: z.string(),
  manifestSha256: Sha256,
  rows: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  schemaSha256: Sha256,
});
export type DatasetRef = Readonly<z.infer<typeof DatasetRef>>;

/** A published, immutable folder of files that is not a table, as a candidate model or a CSV copy. */
export const ArtifactRef = z.strictObject({
  kind: z.literal('artifact'),
  uri: z.string(),
  manifestSha256: Sha256,
  bytes: z.int().nonnegative(),
});
export type ArtifactRef = Readonly<z.infer<typeof ArtifactRef>>;

/**
 * A model in the model store. `sha256` is the hash of its manifest, so it names the content of every file; it is the name of its
 * folder too.
 */
export const ModelRef = z.strictObject({
  kind: z.literal('model'),
  name: z.string(),
  uri: z.string(),
  sha256: Sha256,
  candidateSha256: Sha256,
});
export type ModelRef = Readonly<z.infer<typeof ModelRef>>;

/** Any reference that a stage takes or gives. */
export const Ref = z.discriminatedUnion('kind', [DatasetRef, ArtifactRef, ModelRef]);
export type Ref = Readonly<z.infer<typeof Ref>>;

/** The hash that identifies what a reference points to; part of the key of every stage that reads it. */
export function contentHash(ref: Ref): string {
  return ref.kind === 'model' ? ref.sha256 : ref.manifestSha256;
}
