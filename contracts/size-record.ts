import { z } from 'zod';
import { EvidenceEngine } from './evidence.js';
import { Settings } from './resources.js';

/** One attempt of a run that ran out of memory: too small with these settings, and which memory it was. */
const TooSmall = z.object({
  memoryBytes: z.int().positive(),
  settings: Settings,
  region: z.string().nullable(),
});

/**
 * What one run of a stage needed, written once when the run of the stage is over. The next run's first size is learned from these.
 * A run that gave up has no limit that worked, and no peak: all that is known is what was too small.
 */
export const SizeRecord = z.object({
  version: z.literal(1),
  stage: z.string(),
  engine: EvidenceEngine,
  platform: z.string(),
  /** Of the run's last attempt; the same key is the same record. */
  jobKey: z.string(),
  /** When its last attempt was submitted. */
  at: z.iso.datetime(),
  /** Rows that the stage read, or made when it reads none. */
  rows: z.int().nonnegative(),
  /** Bytes of everything that it read. */
  bytes: z.int().nonnegative(),
  cpus: z.number().positive(),
  peakBytes: z.int().positive().nullable(),
  /** Share of the work that its last attempt did itself; the rest it found done. */
  shareDone: z.number().gt(0).max(1).default(1),
  /** The limit that worked. */
  memoryBytes: z.int().positive().nullable(),
  /** Values of the levers in the last attempt, and those that the stage itself begins with: what differs is what was needed. */
  settings: Settings,
  ownSettings: Settings,
  firstMemoryBytes: z.int().positive(),
  attempts: z.int().positive(),
  tooSmall: z.array(TooSmall),
  seconds: z.number().nonnegative(),
  /** Hash of the job's code. */
  codeHash: z.string(),
});
export type SizeRecord = Readonly<z.infer<typeof SizeRecord>>;
