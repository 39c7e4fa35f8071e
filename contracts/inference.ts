import { z } from 'zod';

/** What an endpoint is asked: the features of each thing to predict, by name. */
export const InferenceRequest = z.strictObject({
  instances: z.array(z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]))).min(1),
});
export type InferenceRequest = Readonly<z.infer<typeof InferenceRequest>>;

/** What an endpoint answers: one number for each instance, in their order. */
export const InferenceAnswer = z.object({ predictions: z.array(z.number()) });
export type InferenceAnswer = Readonly<z.infer<typeof InferenceAnswer>>;
