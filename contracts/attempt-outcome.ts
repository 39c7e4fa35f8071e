import { z } from 'zod';

/** File beside a job's own that marks its attempt as judged, and says how. */
export const OUTCOME_FILE = '_outcome.json';

const Verdict = z.object({
  kind: z.string(),
  certainty: z.string(),
  region: z.string().nullable(),
  evidence: z.array(z.object({ rule: z.string(), quote: z.string() })).readonly(),
});

const Decision = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('retry'), attempt: z.object({ because: z.string() }) }),
  z.object({ kind: z.literal('give-up'), because: z.string(), advice: z.string() }),
]);

/** What became of an attempt: published, or of what it died and what follows. Words are kept as text, as in its stage's record. */
export const AttemptOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('published'), stageKey: z.string() }),
  z.object({ kind: z.literal('failed'), verdict: Verdict, decision: Decision }),
]);
export type AttemptOutcome = Readonly<z.infer<typeof AttemptOutcome>>;
