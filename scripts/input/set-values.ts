import { TemperedError } from '../../contracts/failure.js';
import { isRecord } from '../../contracts/json.js';
import { type FieldSchema, findField, optionsOf } from '../../settings/field-schema.js';

/**
 * Puts `--set name=value` pairs into an input; later ones win, dots go into objects.
 * A value is read by the type of its field: numbers, true/false, null, lists with commas or as JSON. What does not fit stays text,
 * so that the schema's own check refuses it with what is allowed.
 * @throws {TemperedError} `WRONG_INPUT` for a pair without a name or `=`
 */
export function setValues(
  input: Readonly<Record<string, unknown>>,
  pairs: readonly string[],
  schema: FieldSchema,
): Record<string, unknown> {
  const result = structuredClone(input) as Record<string, unknown>;
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) {
      throw new TemperedError('WRONG_INPUT', `--set ${pair}: expected name=value, as --set rows=1000`, { field: pair });
    }
    const path = pair.slice(0, at).split('.');
    setAt(result, path, readValue(pair.slice(at + 1), findField(schema, path)));
  }
  return result;
}

function setAt(target: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner = target[key];
  const next: Record<string, unknown> = isRecord(inner) ? inner : {};
  target[key] = next;
  setAt(next, rest, value);
}

function readValue(text: string, field: FieldSchema | undefined): unknown {
  const options = field ? optionsOf(field) : [];
  const types = new Set(options.map(({ type }) => type));
  if (types.has('null') && text === 'null') return null;
  if ((types.has('integer') || types.has('number')) && isNumber(text)) return Number(text.replaceAll('_', ''));
  if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  const list = options.find(({ type }) => type === 'array');
  if (list) return readList(text, list);
  return types.has('object') ? readJson(text) : text;
}

function readList(text: string, list: FieldSchema): unknown {
  if (text.trimStart().startsWith('[')) return readJson(text);
  return text === '' ? [] : text.split(',').map((part) => readValue(part.trim(), list.items));
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // the schema refuses text where it wants more, and says so better
  }
}

/** 1000, 1_000_000, 1e6, -0.5; never an empty text, which Number() takes for 0. */
function isNumber(text: string): boolean {
  return /^[+-]?(\d[\d_]*)(\.\d+)?([eE][+-]?\d+)?$/.test(text);
}
