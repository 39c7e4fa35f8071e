import { formatBytes } from '../contracts/bytes.js';
import { TemperedError } from '../contracts/failure.js';
import type { JobSpec } from '../contracts/job.js';
import type { Resources } from '../contracts/resources.js';

/**
 * Refuses a job that no waiting would make room for.
 * @param place who has the memory, as `a job of the Ray cluster`, and what to do
 * @throws {TemperedError} `WRONG_INPUT` with both sizes
 */
export function refuseTooLarge(
  { key, resources }: JobSpec,
  largest: Resources,
  { who, advice }: { readonly who: string; readonly advice: string },
): void {
  if (resources.memoryBytes <= largest.memoryBytes) return;
  const [needs, has] = [formatBytes(resources.memoryBytes), formatBytes(largest.memoryBytes)];
  throw new TemperedError('WRONG_INPUT', `job ${key} needs ${needs} of memory; ${who} may use ${has}`, {
    field: 'memoryBytes',
    advice,
  });
}
