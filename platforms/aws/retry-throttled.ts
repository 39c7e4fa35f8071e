import { setTimeout as sleep } from 'node:timers/promises';
import { faultOf } from './aws-fault.js';

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Sends a request that must not be repeated unless it was refused: only a throttled one is sent again. For clients with a single attempt,
 * whose own retry would also repeat a request whose answer was lost.
 */
export async function retryThrottled<T>(send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      if (attempt >= ATTEMPTS || faultOf(error) !== 'throttled') throw error;
      // Apart by chance, so that workers that were refused together do not come back together.
      await sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2));
    }
  }
}
