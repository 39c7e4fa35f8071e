import { TemperedError } from '../contracts/failure.js';

/** Characters that need no escape inside a path segment though encodeURIComponent escapes them: `split=train` stays readable. */
const READABLE = /%(?:3D|2B|2C|3B|3A|40|24|26)/g;

/** Escapes one name for use in a URI, as `50%.csv` -> `50%25.csv`. */
export function encodeSegment(name: string): string {
  return encodeURIComponent(name).replace(READABLE, decodeURIComponent);
}

/**
 * The name behind an escaped segment of a URI.
 * @param wrong makes the error for one that is none, from what to do about it
 */
export function decodeSegment(encoded: string, wrong: (advice: string, cause?: unknown) => Error): string {
  let name: string;
  try {
    name = decodeURIComponent(encoded);
  } catch (cause) {
    throw wrong('write % as %25', cause);
  }
  if (name === '.' || name === '..') throw wrong('steps like .. are not allowed');
  if (name.includes('/')) throw wrong('a name cannot hold /');
  return name;
}

/**
 * The URI of something inside a folder.
 * @param relativePath plain text with `/` between names, as it stands in a manifest; it is escaped here
 * @throws {TemperedError} `WRONG_INPUT` when the path is empty, absolute or steps out of the folder
 */
export function childUri(folderUri: string, relativePath: string): string {
  if (!isInnerPath(relativePath)) {
    throw new TemperedError('WRONG_INPUT', `"${relativePath}" is not a path inside ${folderUri}`, { field: 'path' });
  }
  return `${trimUri(folderUri)}/${relativePath.split('/').map(encodeSegment).join('/')}`;
}

/** True for a relative path whose every name is a real one: not empty, `.` or `..`. */
export function isInnerPath(relativePath: string): boolean {
  return relativePath.split('/').every((name) => name !== '' && name !== '.' && name !== '..' && !name.includes('\0'));
}

/** The URI without slashes at its end: one folder, one spelling. */
export function trimUri(uri: string): string {
  return uri.replace(/\/+$/, '');
}

/** The last name of a URI, unescaped. */
export function nameOfUri(uri: string): string {
  const trimmed = trimUri(uri);
  return decodeURIComponent(trimmed.slice(trimmed.lastIndexOf('/') + 1));
}

/** True for names that carry no data: `_manifest.json`, `_SUCCESS`, `.part-0.crc`. */
export function isHiddenName(name: string): boolean {
  return name.startsWith('_') || name.startsWith('.');
}
