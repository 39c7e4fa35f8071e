import { setTimeout as sleep } from 'node:timers/promises';

/** How often a condition is looked at: soon at first, since most come true at once. */
const FIRST_MS = 20;
const LAST_MS = 250;

/**
 * Waits until a condition gives a value.
 * @param find gives undefined as long as it is not so; a throw ends the wait
 * @returns what it gave, or undefined after `withinMs`
 */
export async function waitFor<T>(
  find: () => T | undefined | Promise<T | undefined>,
  withinMs: number,
): Promise<T | undefined> {
  const deadline = performance.now() + withinMs;
  for (let pauseMs = FIRST_MS; ; pauseMs = Math.min(pauseMs * 1.5, LAST_MS)) {
    const found = await find();
    if (found !== undefined) return found;
    if (performance.now() >= deadline) return undefined;
    await sleep(pauseMs);
  }
}
