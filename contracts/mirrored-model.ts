import { z } from 'zod';

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
