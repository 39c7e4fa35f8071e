import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { PIPELINES } from '../contracts/pipelines/index.js';
import { Profile } from '../contracts/profile.js';
import { defaultProfilePath, profilePath, stateDir } from './home.js';
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
  /** Absolute path of the table of prices that the file names; null for ours. */
  readonly pricesPath: string | null;
  /** Absolute paths of the files of pipelines of the user's own. */
  readonly pipelineFiles: readonly string[];
}

/**
 * Loads and checks the profile by itself; `loadProject` also loads the pipelines that it names. A named file that is absent is an
 * error; an absent default file is the embedded platform.
 * @throws {TemperedError} `WRONG_INPUT` that lists every problem of the file at once
 */
export function loadProfile(path: string = profilePath()): LoadedProfile {
  const present = existsSync(path);
  const profile = parseProfile(present || path !== defaultProfilePath ? readJsonFile(path) : {}, path);
  const folder = dirname(path);
  return {
    profile,
    path: present ? path : null,
    storageRootUri: toUri(folder, profile.storage.root ?? join(stateDir(), 'data')),
    inputFolders: profile.inputFolders.map((entry) => toUri(folder, entry)),
    pricesPath: profile.prices === undefined ? null : resolve(folder, profile.prices),
    pipelineFiles: profile.pipelines.map((entry) => resolve(folder, entry)),
  };
}

/**
 * Checks the content of a profile: its shape, and what one part says about another. What a profile with pipelines of the user's own
 * says of pipelines and stages is left to `loadProject`.
 */
export function parseProfile(content: unknown, what: string): Profile {
  const parsed = Profile.safeParse(content);
  const shape = parsed.success ? [] : inputProblems(Profile, content, parsed.error);
  const meaning = profileProblems(content, namesPipelines(content) ? null : PIPELINES);
  if (!parsed.success || meaning.length > 0) throw wrongInput(what, [...shape, ...meaning]);
  return parsed.data;
}

function namesPipelines(content: unknown): boolean {
  return z.object({ pipelines: z.array(z.unknown()).min(1) }).safeParse(content).success;
}

/** A URI stays; a path becomes a file URI, relative to the profile's folder. */
function toUri(folder: string, place: string): string {
  const uri = /^[a-z][a-z0-9+.-]*:\/\//.test(place) ? place : pathToFileURL(resolve(folder, place)).href;
  return uri.length > 1 && uri.endsWith('/') && !uri.endsWith('://') ? uri.slice(0, -1) : uri;
}
