import type { z } from 'zod';
import { TemperedError } from '../contracts/failure.js';
import { allowedText, orList, quote } from './allowed.js';
import {
  type FieldPath,
  type FieldSchema,
  fieldSchemaOf,
  findField,
  formatPath,
  knownNames,
  optionsOf,
} from './field-schema.js';
import { findNearest } from './nearest.js';

/** One thing that is wrong with an input: where, what stands there, what may stand there, and what was probably meant. */
export interface InputProblem {
  readonly field: string;
  readonly found: string;
  readonly allowed: string;
  readonly nearest?: string;
}

/**
 * Parses a value that came from outside.
 * @param what names the input for the message, as `input of salary` or `tempered.json`
 * @throws {TemperedError} `WRONG_INPUT` that lists every problem
 */
export function parseInput<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw wrongInput(what, inputProblems(schema, value, parsed.error));
}

/** Every problem of a value that does not fit its schema, in the order of zod's issues. */
export function inputProblems(schema: z.ZodType, value: unknown, error: z.ZodError): readonly InputProblem[] {
  const fields = fieldSchemaOf(schema);
  return error.issues.flatMap((issue) => problemsOf(issue, fields, value));
}

/** The error for a wrong input: one line a problem, the first field as a fact. */
export function wrongInput(what: string, problems: readonly InputProblem[]): TemperedError {
  const lines = problems.map(formatProblem);
  const message =
    lines.length === 1
      ? `${what}: ${lines[0] ?? ''}`
      : [`${what}: ${String(lines.length)} problems`, ...lines].join('\n  ');
  const first = problems[0];
  return new TemperedError('WRONG_INPUT', message, { ...(first && { field: first.field }), problems });
}

/** One problem as a sentence. */
function formatProblem({ field, found, allowed, nearest }: InputProblem): string {
  return `${field}: found ${found}, allowed is ${allowed}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`;
}

/** The problem of a name that does not exist among known ones. */
export function unknownName(field: string, name: string, known: readonly string[]): InputProblem {
  const nearest = findNearest(name, known);
  const allowed = known.length === 0 ? 'nothing here' : orList(known);
  return { field, found: quote(name), allowed, ...(nearest !== undefined && { nearest: quote(nearest) }) };
}

function problemsOf(issue: z.core.$ZodIssue, fields: FieldSchema, value: unknown): readonly InputProblem[] {
  const field = formatPath(issue.path);
  const here = findField(fields, issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const problem = unknownName(formatPath([...issue.path, key]), key, here ? knownNames(here) : []);
      return { ...problem, found: 'an unknown field' };
    });
  }
  if (issue.code === 'invalid_key') {
    return [
      {
        field,
        found: quote(issue.path.at(-1)),
        allowed: `a name that fits: ${issue.issues[0]?.message ?? issue.message}`,
      },
    ];
  }
  const found = valueAt(value, issue.path);
  const nearest = typeof found === 'string' ? findNearest(found, textChoices(here)) : undefined;
  return [
    {
      field,
      found: quote(found),
      allowed: allowedHere(issue, here),
      ...(nearest !== undefined && { nearest: quote(nearest) }),
    },
  ];
}

/** A schema's own message explains a pattern better than the pattern does. */
function allowedHere(issue: z.core.$ZodIssue, here: FieldSchema | undefined): string {
  const ownMessage = issue.code === 'custom' || (issue.code === 'invalid_format' && issue.format === 'regex');
  return ownMessage || here === undefined ? issue.message : allowedText(here);
}

function textChoices(schema: FieldSchema | undefined): readonly string[] {
  const options = schema ? optionsOf(schema) : [];
  return options.flatMap((option) => option.enum ?? []).filter((choice) => typeof choice === 'string');
}

function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner !== null && typeof inner === 'object' ? Reflect.get(inner, key) : undefined),
    value,
  );
}
