import { z } from 'zod';
import { Engine } from '../../contracts/job.js';
import { STOP_REASONS } from '../../contracts/stop-reason.js';

const Identity = z.object({ pid: z.int().positive(), startedAt: z.string() });

const EnclosureFields = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['cgroup-v1', 'cgroup-v2']), directory: z.string() }),
  z.object({ kind: z.literal('rss-sampling'), marker: z.string(), root: Identity.nullable() }),
]);

/** How a job ended, as its supervisor saw it. */
const Ended = z.object({
  phase: z.literal('ended'),
  /** Null when the job was never started. A signal has the shell's code beside it: 128 + its number. */
  exit: z.object({ code: z.int(), signal: z.string().nullable() }).nullable(),
  reason: z.string().nullable(),
  oomKillDelta: z.int().nullable(),
  peakBytes: z.int().nullable(),
  seconds: z.number(),
  stopRequested: z.enum(STOP_REASONS).nullable(),
});

/** `state.json`: how a job stands. `ended` and `lost` are final. Supervisors use its type only. */
export const StateFile = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('queued'), message: z.string() }),
  z.object({ phase: z.literal('running'), enclosure: EnclosureFields }),
  Ended,
  z.object({ phase: z.literal('lost'), message: z.string() }),
]);
export type StateFile = Readonly<z.infer<typeof StateFile>>;
export type EndedState = Readonly<z.infer<typeof Ended>>;

/** `vitals.json`: what the supervisor saw of a running job a moment ago. */
export const VitalsFile = z.object({
  oomKills: z.int().nonnegative().nullable(),
  cpuSeconds: z.number().nonnegative().nullable(),
  diskBytes: z.number().nonnegative().nullable(),
});

/** What is needed of `plan.json` to tell how a job ended and to clear up after it. */
export const PlanFile = z.object({
  engine: Engine,
  memoryBytes: z.number(),
  jobDirectory: z.string(),
  temporary: z.object({ directory: z.string(), link: z.string() }),
});
export type PlanFile = Readonly<z.infer<typeof PlanFile>>;
