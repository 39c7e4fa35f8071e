import { type FieldSchema, optionsOf } from './field-schema.js';

/** Values quoted in a message stay readable up to this length; the rest is cut. */
const LONGEST_QUOTE = 80;

const FORMATS: Readonly<Record<string, string>> = {
  date: 'a date as 2026-11-20',
  'date-time': 'a time as 2026-11-20T01:30:00Z',
  uri: 'a URI',
};

/** Says in words what a field allows: `a whole number from 1 to 1000`, `"keep" or "drop"`, `a list of "lightgbm" or "xgboost"`. */
export function allowedText(schema: FieldSchema): string {
  const options = optionsOf(schema);
  if (options.length > 1) return orList([...new Set(options.map(allowedText))]);
  if (schema.const !== undefined) return quote(schema.const);
  if (schema.enum !== undefined) return orList(schema.enum.map(quote));
  switch (schema.type) {
    case 'integer':
      return `a whole number${range(schema)}`;
    case 'number':
      return `a number${range(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'array':
      return `a list${(schema.minItems ?? 0) > 0 ? ` of at least ${String(schema.minItems)}` : ''}${schema.items ? ` of ${allowedText(schema.items)}` : ''}`;
    case 'object':
      return 'an object { "field": value }';
    case 'string':
      return (
        schema.allowed ?? FORMATS[schema.format ?? ''] ?? ((schema.minLength ?? 0) > 0 ? 'text, not empty' : 'text')
      );
    default:
      return 'any JSON value';
  }
}

/** A value as it stands in a message: JSON, cut when long; `nothing` for an absent one. */
export function quote(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= LONGEST_QUOTE ? text : `${text.slice(0, LONGEST_QUOTE)}...`;
}

/** `a, b or c`. */
export function orList(words: readonly string[]): string {
  return listed(words, 'or');
}

/** `a, b and c`. */
export function andList(words: readonly string[]): string {
  return listed(words, 'and');
}

function listed(words: readonly string[], last: 'and' | 'or'): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1) ?? ''}`;
}

function range(schema: FieldSchema): string {
  const low =
    schema.exclusiveMinimum !== undefined ? `above ${String(schema.exclusiveMinimum)}` : bound(schema.minimum, 'from');
  const high =
    schema.exclusiveMaximum !== undefined
      ? `below ${String(schema.exclusiveMaximum)}`
      : bound(schema.maximum, low.startsWith('from') ? 'to' : 'at most');
  const words = [low, high].filter((word) => word !== '');
  return words.length === 0 ? '' : ` ${words.join(low.startsWith('above') && high !== '' ? ' and ' : ' ')}`;
}

/** zod gives every whole number the limits of a double; naming those would only confuse. */
function bound(value: number | undefined, word: string): string {
  return value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? '' : `${word} ${String(value)}`;
}
