import { TemperedError } from '../../contracts/failure.js';
import { fail, type Finding, ok, warn } from '../finding.js';

/** Something that a platform needs and that somebody else keeps: a bucket, an application, a cluster. */
export interface Requirement {
  readonly name: string;
  /**
   * Looks at it, and says what was found.
   * @throws {TemperedError} when it is missing or not as it must be
   */
  readonly look: () => Promise<string | Reservation>;
}

/** It is there, but worse than it could be. */
export interface Reservation {
  readonly found: string;
  readonly remedy: string;
}

/** Looks at everything and says what was found. */
export function lookAt(requirements: readonly Requirement[]): Promise<readonly Finding[]> {
  return Promise.all(
    requirements.map(async ({ name, look }) => {
      try {
        const found = await look();
        return typeof found === 'string' ? ok(name, found) : warn(name, found.found, found.remedy);
      } catch (error) {
        if (!(error instanceof TemperedError)) throw error;
        return fail(name, error.message, error.details.advice ?? 'correct what the message names');
      }
    }),
  );
}

/**
 * Looks at everything, one after the other.
 * @throws {TemperedError} for the first that is missing
 */
export async function requireAll(requirements: readonly Requirement[]): Promise<void> {
  for (const { look } of requirements) await look();
}
