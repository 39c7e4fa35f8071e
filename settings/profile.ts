import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Profile } from '../contracts/profile.js';
import { projectRoot, stateDir } from './home.js';
import { inputProblems, wrongInput } from './input-errors.js';
import { readJsonFile } from './json-file.js';
import { profileProblems } from './profile-problems.js';

/** `tempered.json` with every default filled in and every path made absolute. */
export interface LoadedProfile {
  readonly profile: Profile;
  /** Absolute path of the file; null when there is none and the defaults hold. */
  readonly path: string | null;
  /** URI of the folder that holds everything we write. */
  readonly storageRootUri: string;
  /** URIs of folders outside the root that inputs may lie in. */
  readonly inputFolders: readonly string[];
}

/** Where the profile is looked for: `TEMPERED_PROFILE`, else `tempered.json` in the checkout. */
export function profilePath(): string {
  const named = process.env['TEMPERED_PROFILE'];
  return named === undefined || named === '' ? join(projectRoot, 'tempered.json') : resolve(named);
}

/**
 * Loads and checks the profile. A named file that is absent is an error; an absent default file is the embedded platform.
 * @throws {TemperedError} `WRONG_INPUT` that lists every problem of the file at once
 */
export function loadProfile(path: string = profilePath()): LoadedProfile {
  const present = existsSync(path);
  const isDefault = path === join(projectRoot, 'tempered.json');
  const profile = parseProfile(present || !isDefault ? readJsonFile(path) : {}, path);
  const folder = dirname(path);
  return {
    profile,
    path: present ? path : null,
    storageRootUri: toUri(folder, profile.storage.root ?? join(stateDir(), 'data')),
    inputFolders: profile.inputFolders.map((entry) => toUri(folder, entry)),
  };
}

/** Checks the content of a profile: its shape, and what one part says about another. */
export function parseProfile(content: unknown, what: string): Profile {
  const parsed = Profile.safeParse(content);
  const shape = parsed.success ? [] : inputProblems(Profile, content, parsed.error);
  const meaning = profileProblems(content);
  if (!parsed.success || meaning.length > 0) throw wrongInput(what, [...shape, ...meaning]);
  return parsed.data;
}

/** A URI stays; a path becomes a file URI, relative to the profile's folder. */
function toUri(folder: string, place: string): string {
  const uri = /^[a-z][a-z0-9+.-]*:\/\//.test(place) ? place : pathToFileURL(resolve(folder, place)).href;
  return uri.length > 1 && uri.endsWith('/') && !uri.endsWith('://') ? uri.slice(0, -1) : uri;
}
