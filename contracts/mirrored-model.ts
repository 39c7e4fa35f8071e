import { z } from 'zod';
import type { ModelRef } from './refs.js';

/** The champion of a name, and what was measured of it: what a mirror is to show. */
export interface Champion {
  readonly model: ModelRef;
  /** Measured values by name, as `rmse`; empty for a model that was never measured. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Where a registry of somebody else's shows a model. */
export const MirroredModel = z.strictObject({
  /** The group of the model's versions there. */
  group: z.string(),
  /** The version's name there, as an ARN. */
  name: z.string(),
});
export type MirroredModel = Readonly<z.infer<typeof MirroredModel>>;

/** What became of a promotion in the mirror. One that failed does not undo the promotion. */
export const MirrorOutcome = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('mirrored'), ...MirroredModel.shape }),
  z.strictObject({ kind: z.literal('failed'), reason: z.string() }),
]);
export type MirrorOutcome = Readonly<z.infer<typeof MirrorOutcome>>;
