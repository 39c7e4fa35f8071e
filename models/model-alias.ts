import { z } from 'zod';
import { TemperedError } from '../contracts/failure.js';
import { Sha256 } from '../contracts/refs.js';
import { findJson } from '../storage/find-json.js';
import { layout } from '../storage/layout.js';
import type { Storage } from '../storage/storage.js';

/** The alias of the model in use. */
export const CHAMPION = 'champion';

/** One move of an alias; `by` is a run or a person. */
const AliasChange = z.strictObject({ sha256: Sha256, changedAt: z.iso.datetime(), by: z.string() });
export type AliasChange = Readonly<z.infer<typeof AliasChange>>;

/** Where an alias points, where it pointed before, and every move so far, oldest first. */
const AliasRecord = z.strictObject({
  sha256: Sha256,
  previous: Sha256.nullable(),
  changedAt: z.iso.datetime(),
  by: z.string(),
  history: z.array(AliasChange).min(1),
});
export type AliasRecord = Readonly<z.infer<typeof AliasRecord>>;

/** Which alias of which model. */
export interface AliasName {
  readonly name: string;
  readonly alias: string;
}

/** A wished move of an alias. */
export interface AliasMove extends AliasName {
  /** The stored model that it shall point to. */
  readonly sha256: string;
  /** The hash that it points to now, null when it does not exist; left out, whatever it is. */
  readonly expected?: string | null;
  readonly by: string;
  /** ISO time. */
  readonly at: string;
}

/** How a move ended. `unchanged`: it pointed there already, as after a retry. `conflict`: somebody else moved it first. */
export type AliasOutcome =
  | { readonly kind: 'moved' | 'unchanged'; readonly record: AliasRecord }
  | { readonly kind: 'conflict'; readonly current: AliasRecord | undefined };

/**
 * Where an alias points; undefined when it was never set.
 *
 * Each move is a numbered file that only one writer can create: that is the decision. `<alias>.json` is the sum of the moves,
 * for people and for speed; when its writer died in between, the moves that it lacks are added here.
 */
export async function findAlias(storage: Storage, { name, alias }: AliasName): Promise<AliasRecord | undefined> {
  let record = await findJson(storage, layout.alias(storage, name, alias), AliasRecord);
  for (;;) {
    const number = (record?.history.length ?? 0) + 1;
    const change = await findJson(storage, layout.aliasMove(storage, { name, alias }, number), AliasChange);
    if (change === undefined) return record;
    record = afterChange(record, change);
  }
}

/**
 * Moves an alias, if it still points where the caller believes. Of several at once one wins, the others conflict, or follow it
 * when they expect nothing.
 * @throws {TemperedError} `WRONG_INPUT` when the model is not stored
 */
export async function moveAlias(storage: Storage, move: AliasMove): Promise<AliasOutcome> {
  const { name, alias, sha256, expected, by, at } = move;
  if ((await storage.stat(layout.model(storage, name, sha256))) === undefined) {
    throw new TemperedError('WRONG_INPUT', `model ${name} has no version ${sha256}; see: npx tempered models list`, {
      field: 'sha256',
      found: sha256,
    });
  }
  for (;;) {
    const current = await findAlias(storage, move);
    if (current?.sha256 === sha256) return { kind: 'unchanged', record: current };
    if (expected !== undefined && expected !== (current?.sha256 ?? null)) return { kind: 'conflict', current };
    const number = (current?.history.length ?? 0) + 1;
    const change: AliasChange = { sha256, changedAt: at, by };
    if (await storage.writeNew(layout.aliasMove(storage, { name, alias }, number), JSON.stringify(change))) {
      await writeSum(storage, move);
      return { kind: 'moved', record: afterChange(current, change) };
    }
  }
}

/** Writes `<alias>.json`, again when a move came in between, so that the last writer of all leaves the last move there. */
async function writeSum(storage: Storage, { name, alias }: AliasName): Promise<void> {
  for (let written = 0; ;) {
    const record = await findAlias(storage, { name, alias });
    if (record === undefined || record.history.length === written) return;
    await storage.write(layout.alias(storage, name, alias), `${JSON.stringify(record, null, 1)}\n`);
    written = record.history.length;
  }
}

function afterChange(before: AliasRecord | undefined, change: AliasChange): AliasRecord {
  return { ...change, previous: before?.sha256 ?? null, history: [...(before?.history ?? []), change] };
}
