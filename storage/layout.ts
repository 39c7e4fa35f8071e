import { TemperedError } from '../contracts/failure.js';
import { encodeSegment } from './uri.js';

/** Names of pipelines' stages, of models and of their aliases, and of imports become folders: nothing else fits in them. */
const NAME = /^[a-z][a-z0-9_-]{0,62}$/;

/** Folders of the root that are not a stage's. */
const RESERVED = new Set(['models', 'imports']);

/** The part of a storage that the layout needs. */
interface Rooted {
  readonly root: string;
}

/**
 * Where things lie under the storage root: the one place that knows. All answers are URIs.
 *
 *     _work/<jobKey>/                        a job's own folder: job.json, progress, result, output
 *     _scratch/<stage>/<stageKey>/           finished chunks and trials, shared by all attempts of a stage key
 *     _sizes/<stage>/<time>-<hash>.json      what one run of a stage needed
 *     _code/<sha256>.zip, _code/<sha256>/      code of jobs that run elsewhere
 *     _confirmed/<hash>                      metrics that an independent calculation has confirmed
 *     _damaged/...                           stored models and imports that were found damaged, moved aside
 *     <stage>/<stageKey>/                    a published stage: _stage.json and a folder for each output; <stageKey>~2 once that is damaged
 *     <stage>/_latest.json                   which folder of the stage was published last
 *     models/<name>/<sha256>/                a stored model
 *     models/<name>/aliases/<alias>.json     where an alias points; its changes in aliases/<alias>/<number>.json
 *     imports/<name>/<sha256>/               data from outside
 */
export const layout = {
  /** A job's folder. A job key is `<workflow id>/<stage>-<key>-<attempt>`; each part is escaped, as a workflow id is anybody's text. */
  work: (storage: Rooted, jobKey: string): string => `${storage.root}/_work/${escapedPath('job key', jobKey)}`,

  scratch: (storage: Rooted, stage: string, stageKey: string): string =>
    `${layout.scratchOf(storage, stage)}/${escapedPath('stage key', stageKey)}`,

  /** Size records of all stages, and of one. */
  allSizes: (storage: Rooted): string => `${storage.root}/_sizes`,

  sizes: (storage: Rooted, stage: string): string => `${layout.allSizes(storage)}/${stageName(stage)}`,

  /** Code for other machines, under the hash of its content. */
  code: (storage: Rooted, name: string): string => `${storage.root}/_code/${escapedPath('code name', name)}`,

  confirmed: (storage: Rooted, hash: string): string => `${storage.root}/_confirmed/${escapedPath('hash', hash)}`,

  /** Where a damaged published folder is put aside; `id` keeps two of the same place apart. */
  damaged: (storage: Rooted, uri: string, id: string): string =>
    `${storage.root}/_damaged/${uri.slice(storage.root.length + 1)}-${id}`,

  stage: (storage: Rooted, stage: string, stageKey: string): string =>
    `${layout.publishedOf(storage, stage)}/${escapedPath('stage key', stageKey)}`,

  /** Every published folder of a stage. */
  publishedOf: (storage: Rooted, stage: string): string => `${storage.root}/${stageName(stage)}`,

  /** Finished work of attempts that have not led to a publication yet. */
  scratchOf: (storage: Rooted, stage: string): string => `${storage.root}/_scratch/${stageName(stage)}`,

  latest: (storage: Rooted, stage: string): string => `${layout.publishedOf(storage, stage)}/_latest.json`,

  models: (storage: Rooted): string => `${storage.root}/models`,

  modelVersions: (storage: Rooted, name: string): string => `${storage.root}/models/${checked('model name', name)}`,

  model: (storage: Rooted, name: string, sha256: string): string => `${layout.modelVersions(storage, name)}/${sha256}`,

  aliases: (storage: Rooted, name: string): string => `${layout.modelVersions(storage, name)}/aliases`,

  alias: (storage: Rooted, name: string, alias: string): string =>
    `${layout.aliases(storage, name)}/${checked('alias', alias)}.json`,

  /** The n-th move of an alias. */
  aliasMove: (
    storage: Rooted,
    { name, alias }: { readonly name: string; readonly alias: string },
    move: number,
  ): string => `${layout.aliases(storage, name)}/${checked('alias', alias)}/${String(move).padStart(6, '0')}.json`,

  importsOf: (storage: Rooted, name: string): string => `${storage.root}/imports/${checked('import name', name)}`,
} as const;

function stageName(stage: string): string {
  if (RESERVED.has(stage)) throw wrong('stage name', stage, `any name but ${[...RESERVED].join(', ')}`);
  return checked('stage name', stage);
}

/** True for a text that may name a model, an alias or an import. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

function checked(what: string, name: string): string {
  if (!isName(name)) throw wrong(what, name, 'lower-case letters, digits, - and _, a letter first, at most 63');
  return name;
}

/** A key with `/` between its parts as a path; each part is escaped, as any text is allowed in it. */
function escapedPath(what: string, key: string): string {
  const parts = key.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    throw wrong(what, key, 'names with / between them');
  return parts.map(encodeSegment).join('/');
}

function wrong(what: string, found: string, allowed: string): TemperedError {
  return new TemperedError('WRONG_INPUT', `${what} "${found}" cannot be a folder name; allowed: ${allowed}`, {
    field: what,
    found,
    allowed,
  });
}
