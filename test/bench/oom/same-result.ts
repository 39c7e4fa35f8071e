import { z } from 'zod';
import type { JsonObject } from '../../../contracts/json.js';
import { contentHash, Ref } from '../../../contracts/refs.js';
import type { FaultyStage } from './fault.js';

/** What a search settled on; trials that run side by side are not suggested in a repeatable order. */
const Searched = z.object({
  trials: z.int(),
  trainRows: z.int(),
  sampled: z.unknown(),
  best: z.object({ score: z.number() }),
});

/** Share by which the error of another search over the same rows may differ. */
const SCORE_TOLERANCE = 0.01;

/** True when a stage that went through failures answered what it answers without them: the same bytes, and the same small values. */
export function isSameResult(stage: FaultyStage, found: JsonObject, expected: JsonObject): boolean {
  if (stage !== 'tune') return contentOf(found) === contentOf(expected);
  const [ours, theirs] = [Searched.parse(found), Searched.parse(expected)];
  const { score } = theirs.best;
  return (
    ours.trials === theirs.trials &&
    ours.trainRows === theirs.trainRows &&
    ours.sampled === theirs.sampled &&
    Math.abs(ours.best.score - score) <= score * SCORE_TOLERANCE
  );
}

/** The output as text, each reference as the hash of what it points to, without times that were measured. */
function contentOf(output: JsonObject): string {
  const { benchmark: _measured, ...rest } = output;
  return JSON.stringify(rest, (_name, value: unknown) => {
    const ref = Ref.safeParse(value);
    return ref.success ? contentHash(ref.data) : value;
  });
}
