import { z } from 'zod';
import { TemperedError } from '../../contracts/failure.js';

/**
 * Name of the object that says how far the publication of a folder is: while it has content, which is a {@link Claim}, the folder is
 * being copied and is not there for readers; when it is empty, the folder is published. `!` sorts before the names that we use, so that
 * a listing begins with it.
 */
export const MARKER = '!publication';

/** One object below a folder, as a listing shows it. */
export const ListedFile = z.strictObject({
  /** Relative to the folder. */
  path: z.string(),
  bytes: z.int(),
  etag: z.string(),
  modifiedMs: z.number(),
});
export type ListedFile = Readonly<z.infer<typeof ListedFile>>;

/** Who publishes what into a folder. It says enough for anybody to bring the publication to its end. */
export const Claim = z.strictObject({
  version: z.literal(1),
  /** Of one call of publish; it stays at the published folder, to tell who was first. */
  id: z.string(),
  /** Key of the staging folder. */
  staging: z.string(),
  files: z.array(ListedFile).readonly(),
});
export type Claim = Readonly<z.infer<typeof Claim>>;

/** @throws {TemperedError} `INVALID_DATA` for something else under the claim's name */
export function parseClaim(key: string, bytes: Uint8Array): Claim {
  try {
    return Claim.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw new TemperedError('INVALID_DATA', `${key} is not the claim of a publication; remove it`, { key }, { cause });
  }
}
