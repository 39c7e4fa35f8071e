import { setTimeout as sleep } from 'node:timers/promises';

/** How long to keep asking. */
export interface Patience {
  /** Fail after this long, in milliseconds. */
  readonly withinMs: number;
  /** Ask this often, in milliseconds; 50 by default. */
  readonly everyMs?: number;
}

/**
 * Asks until the check passes: what a test does in place of sleeping.
 * @param check says "not yet" by throwing, as `expect` does, or by returning `false`, as in `() => jobs.find(isDone) ?? false`
 * @returns what the check returned when it passed
 * @throws Error after `withinMs`, with the last refusal in its message and as its cause
 */
export async function eventually<T>(
  check: () => T | false | Promise<T | false>,
  { withinMs, everyMs = 50 }: Patience,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    let refusal: unknown = 'the check returned false';
    try {
      const answer = await check();
      if (answer !== false) return answer;
    } catch (error) {
      refusal = error;
    }
    if (performance.now() + everyMs > deadline) {
      const reason = refusal instanceof Error ? refusal.message : String(refusal);
      throw new Error(`not so within ${withinMs} ms: ${reason}`, { cause: refusal });
    }
    await sleep(everyMs);
  }
}
