import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { buildStamp } from '../build-stamp.js';

/** What is known of compiled files: where they are, the sources they were made of with their SHA-256, and what each source exports. */
const Index = z.object({
  folder: z.string(),
  checkedBy: z.string(),
  sources: z.record(z.string(), z.string()),
  exports: z.record(z.string(), z.array(z.string())),
});
export type Index = Readonly<z.infer<typeof Index>>;

/** Where compiled files of a package are kept: inside it, so that what they import is found as from the sources. */
export function cacheFolderOf(packageFolder: string): string {
  return join(packageFolder, 'node_modules', '.cache', 'tempered');
}

/** The index of an earlier compilation of these entry files when every source is still what it was; else undefined. */
export function findIndex(packageFolder: string, entries: readonly string[]): Index | undefined {
  const path = indexPathOf(packageFolder, entries);
  if (!existsSync(path)) return undefined;
  const parsed = Index.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!parsed.success || parsed.data.checkedBy !== checkerOf(packageFolder) || !existsSync(parsed.data.folder))
    return undefined;
  const unchanged = Object.entries(parsed.data.sources).every(
    ([source, hash]) => existsSync(source) && sha256(readFileSync(source)) === hash,
  );
  return unchanged ? parsed.data : undefined;
}

/** Keeps the index of a compilation; a reader sees the old one or the new one. */
export function writeIndex(packageFolder: string, entries: readonly string[], index: Index): void {
  const path = indexPathOf(packageFolder, entries);
  const temporary = `${path}.${String(process.pid)}`;
  writeFileSync(temporary, JSON.stringify(index));
  renameSync(temporary, path);
}

/** Names what decides beside the sources whether they are right: our own compilation, whose types may refuse what passed before, and the package's `tsconfig.json`. */
export function checkerOf(packageFolder: string): string {
  const tsconfig = tsconfigOf(packageFolder);
  return sha256(JSON.stringify([buildStamp(), existsSync(tsconfig) ? readFileSync(tsconfig, 'utf8') : null]));
}

/** How strict a package wants to be; need not be there. */
export function tsconfigOf(packageFolder: string): string {
  return join(packageFolder, 'tsconfig.json');
}

/** SHA-256 in hexadecimal. */
export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function indexPathOf(packageFolder: string, entries: readonly string[]): string {
  return join(cacheFolderOf(packageFolder), `${sha256(entries.join('\0')).slice(0, 16)}.json`);
}
