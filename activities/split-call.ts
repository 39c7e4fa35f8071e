import { JsonObject } from '../contracts/json.js';
import type { Ref } from '../contracts/refs.js';
import type { StageDefinition } from '../contracts/stage.js';
import type { InputSize } from '../recovery/learn/input-size.js';
import { parseInput } from '../settings/input-errors.js';

/** A stage call taken apart: what it reads and what parametrises it. */
export interface SplitCall {
  readonly inputs: Readonly<Record<string, Ref | null>>;
  readonly params: JsonObject;
}

/**
 * Checks a call against the stage's contract and separates references from parameters.
 * @throws TemperedError `WRONG_INPUT` naming the stage and each wrong field
 */
export function splitCall(definition: StageDefinition, call: Readonly<Record<string, unknown>>): SplitCall {
  const inputs: Record<string, Ref | null> = {};
  for (const [name, schema] of Object.entries(definition.inputs)) {
    inputs[name] = parseInput(schema, call[name] ?? null, `${definition.name}.${name}`);
  }
  const rest = Object.fromEntries(Object.entries(call).filter(([name]) => !Object.hasOwn(definition.inputs, name)));
  const params = parseInput(definition.params, rest, `parameters of ${definition.name}`);
  return { inputs, params: JsonObject.parse(params) };
}

/** What decides a job's size: the rows that it reads, or those that it makes when it reads none, and the bytes of all it reads. */
export function inputSizeOf({ inputs, params }: SplitCall): InputSize {
  const refs = Object.values(inputs).filter((ref) => ref !== null);
  const read = refs.reduce((sum, ref) => sum + (ref.kind === 'dataset' ? ref.rows : 0), 0);
  const bytes = refs.reduce((sum, ref) => sum + (ref.kind === 'model' ? 0 : ref.bytes), 0);
  return { rows: read > 0 ? read : typeof params.rows === 'number' ? params.rows : 0, bytes };
}
