import { canonicalJson } from '../contracts/json.js';
import { Manifest, type Column, type ManifestFile } from '../contracts/manifest.js';
import { sha256OfJson } from './content-hash.js';

/** What a manifest is made of; everything else in it follows from this. */
export type Content = { readonly dataset: string; readonly files: readonly ManifestFile[] } & (
  | { readonly kind: 'dataset'; readonly rows: number; readonly schema: readonly Column[] }
  | { readonly kind: 'artifact' }
  | { readonly kind: 'model'; readonly candidateSha256: string }
);

/** The manifest of some content. Files are listed by the code units of their paths, in whatever order they were found. */
export function manifestOf(content: Content): Manifest {
  const { kind, dataset } = content;
  const files = content.files.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const common = { version: 1, kind, dataset, bytes, files } as const;
  if (content.kind === 'model') return { ...common, candidateSha256: content.candidateSha256 };
  if (content.kind === 'artifact') return common;
  const schema = [...content.schema];
  return { ...common, rows: content.rows, schema, schemaSha256: sha256OfJson(schema) };
}

/** The bytes of `_manifest.json`: fields in order, so that equal manifests give equal bytes. */
export function manifestJson(manifest: Manifest): string {
  return `${JSON.stringify(JSON.parse(canonicalJson(Manifest.parse(manifest))), null, 1)}\n`;
}
