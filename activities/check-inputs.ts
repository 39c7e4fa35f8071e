import { TemperedError } from '../contracts/failure.js';
import type { JsonObject } from '../contracts/json.js';
import type { StageDefinition } from '../contracts/stage.js';
import { readManifest } from '../storage/snapshots.js';
import type { Storage } from '../storage/storage.js';
import type { SplitCall } from './split-call.js';

/**
 * Checks the columns, types and row counts of a stage's dataset inputs by their manifests: a wrong input fails in milliseconds, before
 * any job is paid for.
 * @throws TemperedError `INVALID_DATA` naming the input, the column, what was found and what is allowed
 */
export async function checkInputs(
  storage: Storage,
  definition: StageDefinition,
  { inputs, params }: SplitCall,
): Promise<void> {
  for (const [name, columns] of Object.entries(definition.requires ?? {})) {
    const ref = inputs[name];
    if (ref?.kind !== 'dataset' || columns === undefined) continue;
    const wrong = (problem: string) =>
      new TemperedError('INVALID_DATA', `${definition.name}: input ${name} (${ref.uri}) ${problem}`, { field: name });
    if (ref.rows === 0) throw wrong('has no rows');
    const { schema = [] } = await readManifest(storage, ref.uri);
    const found = new Map(schema.map((column) => [column.name, column.type]));
    for (const [required, allowed] of Object.entries(columns)) {
      const column = columnOf(required, params);
      const type = found.get(column);
      if (type === undefined) {
        throw wrong(`has no column "${column}"; it has ${[...found.keys()].join(', ')}`);
      }
      if (!allowed.includes(type)) throw wrong(`column "${column}" is ${type}; allowed is ${allowed.join(' or ')}`);
    }
  }
}

/** A required column by its name, or by the parameter that names it: `{target}`. */
function columnOf(required: string, params: JsonObject): string {
  const named = params[/^\{(\w+)\}$/.exec(required)?.[1] ?? ''];
  return typeof named === 'string' ? named : required;
}
