import { z } from 'zod';
import { JsonObject } from './json.js';
import { Column, ManifestFile } from './manifest.js';
import { Ref } from './refs.js';
import { Resources, Settings } from './resources.js';

/** The engines that jobs are written for. */
export const Engine = z.enum(['python', 'spark', 'ray']);
export type Engine = z.infer<typeof Engine>;

/** What of a failed attempt is found again by the next one; with `nothing` a job looks at no other attempt's scratch. */
export const Salvage = z.enum(['partitions', 'trials', 'chunks', 'steps', 'nothing']);
export type Salvage = z.infer<typeof Salvage>;

/** What `job.json` holds: all that a job may know. */
export const JobFile = z.strictObject({
  version: z.literal(1),
  jobKey: z.string(),
  stage: z.string(),
  params: JsonObject,
  inputs: z.record(z.string(), Ref.nullable()),
  output: z.string(),
  scratch: z.string(),
  resources: Resources,
  settings: Settings,
  salvage: Salvage,
});
export type JobFile = Readonly<z.infer<typeof JobFile>>;

/** What a platform needs to run a job. `key` is the idempotency token: the same key is the same job, everywhere and for ever. */
export const JobSpec = z.strictObject({
  key: z.string(),
  stage: z.string(),
  engine: Engine,
  /** Path of the program: inside the project, as `jobs/ray/tune.py`, or absolute for a job of a user's own. */
  entry: z.string(),
  /** Where `job.json` lies and the job's own files appear. */
  jobDirUri: z.string(),
  resources: Resources,
  settings: Settings,
});
export type JobSpec = Readonly<z.infer<typeof JobSpec>>;

/** `progress.json`: how far a job says it is. */
export const Progress = z.object({
  percent: z.number().min(0).max(100).nullable(),
  done: z.number().nonnegative(),
  total: z.number().nonnegative().nullable(),
  unit: z.string(),
  message: z.string(),
  rssBytes: z.number().nonnegative(),
  trackingUrl: z.string().nullable(),
});
export type Progress = Readonly<z.infer<typeof Progress>>;

/** `_error.json`: a job's own account of its failure. */
export const JobError = z.object({
  errorClass: z.string(),
  mro: z.array(z.string()),
  message: z.string(),
  traceback: z.string(),
  region: z.string().nullish(),
  kind: z.enum(['invalid-input', 'out-of-memory', 'disk-full']).nullish(),
});
export type JobError = Readonly<z.infer<typeof JobError>>;

const outputFiles = { path: z.string(), files: z.array(ManifestFile) };

/** One thing that a job made, relative to its output folder. */
export const JobOutput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('dataset'), ...outputFiles, rows: z.int().nonnegative(), schema: z.array(Column) }),
  z.strictObject({ kind: z.literal('artifact'), ...outputFiles }),
  z.strictObject({ kind: z.literal('model'), ...outputFiles, name: z.string(), candidateSha256: z.string() }),
]);
export type JobOutput = Readonly<z.infer<typeof JobOutput>>;

/** How much finished work of earlier attempts a job found, and how much it did itself. */
export const Salvaged = z.object({ before: z.int().nonnegative(), now: z.int().nonnegative(), unit: z.string() });
export type Salvaged = Readonly<z.infer<typeof Salvaged>>;

/** `_result.json`: the job's last word. Without it there is no success, whatever the exit code. */
export const JobResult = z.object({
  outputs: z.record(z.string(), JobOutput),
  values: JsonObject,
  rowsIn: z.int().nonnegative(),
  rowsOut: z.int().nonnegative(),
  rowsRejected: z.int().nonnegative(),
  metrics: JsonObject,
  peakBytes: z.int().nonnegative(),
  salvaged: Salvaged.nullable(),
  engine: Engine,
  versions: z.record(z.string(), z.string()),
  startedAt: z.iso.datetime({ offset: true }),
  endedAt: z.iso.datetime({ offset: true }),
});
export type JobResult = Readonly<z.infer<typeof JobResult>>;

/** Names of the files by which a job and the platform talk, all in the job's folder. */
export const JOB_FILES = {
  spec: 'job.json',
  progress: 'progress.json',
  error: '_error.json',
  result: '_result.json',
  output: 'output',
} as const;
