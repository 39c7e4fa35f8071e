import { TemperedError } from '../contracts/failure.js';
import type { ModelRef } from '../contracts/refs.js';
import type { Storage } from '../storage/storage.js';
import { type AliasChange, type AliasMove, type AliasOutcome, CHAMPION, findAlias, moveAlias } from './model-alias.js';
import { loadModel } from './model-store.js';

/**
 * Where an alias would go back to, the nearest first. A move to the version before the last undoes the last one, whoever made it: going
 * back twice never ends at what was gone back from.
 * @param history every move, oldest first
 */
export function versionsBefore(history: readonly Pick<AliasChange, 'sha256'>[]): readonly string[] {
  const standing: string[] = [];
  for (const { sha256 } of history) {
    if (standing.at(-2) === sha256) standing.pop();
    else standing.push(sha256);
  }
  return standing.slice(0, -1).reverse();
}

/** A rollback, and the model that is the champion through it. */
export interface Rollback {
  readonly model: ModelRef;
  /** Hash of the champion that it replaces. */
  readonly from: string;
  readonly outcome: AliasOutcome;
}

/**
 * Makes the champion before this one the champion again, if all of its files are there and whole.
 * @throws {TemperedError} `WRONG_INPUT` for an unknown model, and for one that had no other champion; `INVALID_DATA` when the earlier one is
 *   damaged
 */
export async function rollBack(storage: Storage, name: string, move: Pick<AliasMove, 'by' | 'at'>): Promise<Rollback> {
  const current = await findAlias(storage, { name, alias: CHAMPION });
  if (current === undefined) {
    await loadModel(storage, name, CHAMPION); // says what there is instead
    throw new TemperedError('WRONG_INPUT', `model ${name} got its first champion just now`, { field: 'model' });
  }
  const { sha256: from } = current;
  const [sha256] = versionsBefore(current.history);
  if (sha256 === undefined) {
    const message = `model ${name} has nothing to roll back to: no other champion was before ${from}`;
    const advice = `choose a version: npx tempered models list ${name}`;
    throw new TemperedError('WRONG_INPUT', message, { field: 'model', found: name, advice });
  }
  const model = await loadModel(storage, name, sha256);
  const outcome = await moveAlias(storage, { ...move, name, alias: CHAMPION, sha256, expected: from });
  return { model, from, outcome };
}
