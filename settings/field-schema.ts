import { z } from 'zod';

/** The part of JSON Schema that our contracts use: enough to say what a field allows, whatever zod made of it. */
export interface FieldSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  /** What a text may be, in words and with an example. */
  readonly allowed?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | FieldSchema;
  readonly items?: FieldSchema;
  readonly anyOf?: readonly FieldSchema[];
}

/** Where a field stands in a document: keys and list positions from the top. */
export type FieldPath = readonly PropertyKey[];

/** What a schema takes, as JSON Schema. Transforms are seen from their input side: a size is text, as in the file. */
export function fieldSchemaOf(schema: z.ZodType): FieldSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as FieldSchema;
}

/** A schema that allows one of several types, as text or null, as a list of schemas with one type each. */
export function optionsOf(schema: FieldSchema): readonly FieldSchema[] {
  const { type, anyOf } = schema;
  if (anyOf !== undefined) return anyOf.flatMap(optionsOf);
  return typeof type === 'object' ? type.map((one) => ({ ...schema, type: one })) : [schema];
}

/** The schema of the field at a path, or undefined where the schema knows none. */
export function findField(schema: FieldSchema, path: FieldPath): FieldSchema | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  for (const option of optionsOf(schema)) {
    const child = childOf(option, key);
    const found = child === undefined ? undefined : findField(child, rest);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Names that an object at this place may have; empty where any name is allowed. */
export function knownNames(schema: FieldSchema): readonly string[] {
  return optionsOf(schema).flatMap((option) => Object.keys(option.properties ?? {}));
}

/** Writes a path as people type it: `stages.etl.memory`, `learners[1]`; `(document)` for the top. */
export function formatPath(path: FieldPath): string {
  const text = path.reduce<string>(
    (sofar, key) => (typeof key === 'number' ? `${sofar}[${String(key)}]` : `${sofar}${sofar && '.'}${String(key)}`),
    '',
  );
  return text === '' ? '(document)' : text;
}

function childOf(schema: FieldSchema, key: PropertyKey): FieldSchema | undefined {
  if (typeof key === 'number') return schema.items;
  const named = schema.properties?.[String(key)];
  if (named !== undefined) return named;
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
