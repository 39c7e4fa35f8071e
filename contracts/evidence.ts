import { z } from 'zod';
import { STOP_REASONS } from './stop-reason.js';

/** Whose words the evidence is in. */
export const EvidenceEngine = z.enum([
  'spark',
  'ray',
  'python',
  'node',
  'jvm',
  'emr',
  'emr-serverless',
  'sagemaker',
  'kubernetes',
  'yarn',
  'databricks',
  'dataproc',
  'slurm',
]);
export type EvidenceEngine = z.infer<typeof EvidenceEngine>;

/**
 * What a platform saw of a job that failed; the classifier's only input. Every field but `engine` may be missing or null:
 * platforms differ in what they can see. Other tools read this shape.
 */
export const Evidence = z.object({
  engine: EvidenceEngine,
  exit: z.object({ code: z.int().nullish(), signal: z.string().nullish() }).nullish(),
  reason: z.string().nullish(),
  errorClass: z.string().nullish(),
  errorMessage: z.string().nullish(),
  logTail: z.string().nullish(),
  kernel: z.object({ oomKillDelta: z.int().nullish() }).nullish(),
  memory: z.object({ limitBytes: z.number().nullish(), peakBytes: z.number().nullish() }).nullish(),
  stopRequested: z.enum(STOP_REASONS).nullish(),
  /**
   * True when the platform accounts for every end that it or somebody brings about (a stop, a machine that is taken), and has none for this
   * job: a process of it that got SIGKILL got it from the kernel of its machine. Missing where the platform cannot tell.
   */
  unasked: z.boolean().nullish(),
});
export type Evidence = Readonly<z.infer<typeof Evidence>>;

const count = z.int().nonnegative().nullable().catch(null);
const bytes = z.number().nonnegative().nullable().catch(null);
const text = z.string().nullable().catch(null);

/**
 * Evidence that somebody else wrote: a field of the wrong type, a negative size and an unknown word count as missing.
 * `engine` is null when it is not one of ours. Anything but an object is refused.
 */
export const OutsideEvidence = z.object({
  engine: EvidenceEngine.nullable().catch(null),
  exit: z
    .object({ code: z.int().nullable().catch(null), signal: text })
    .nullable()
    .catch(null),
  reason: text,
  errorClass: text,
  errorMessage: text,
  logTail: text,
  kernel: z.object({ oomKillDelta: count }).nullable().catch(null),
  memory: z.object({ limitBytes: bytes, peakBytes: bytes }).nullable().catch(null),
  stopRequested: z.enum(STOP_REASONS).nullable().catch(null),
  unasked: z.boolean().nullable().catch(null),
});
export type OutsideEvidence = Readonly<z.infer<typeof OutsideEvidence>>;
