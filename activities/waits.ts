import type { Pacing } from '../platforms/platform.js';

/** Each wait is this much longer than the one before, up to the platform's limit: an end is noticed a quarter of the job's time late, at most. */
const BACKOFF = 1.25;

/** How long a waiting activity waits between its looks at a job, in milliseconds: for ever, from the first. */
export function* waitsOf({ firstMs, maxMs }: Pacing): Generator<number, never> {
  for (let waitMs = firstMs; ; waitMs = Math.min(maxMs, waitMs * BACKOFF)) yield waitMs;
}
