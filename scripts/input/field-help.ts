import type { Pipeline } from '../../contracts/pipelines/index.js';
import { allowedText } from '../../settings/allowed.js';
import { fieldSchemaOf } from '../../settings/field-schema.js';
import { table } from '../table.js';

/** Every field of a pipeline's input with what it allows, its default and its meaning, from the schema itself. */
export function fieldHelp({ input }: Pipeline): string {
  const fields = Object.entries(fieldSchemaOf(input).properties ?? {});
  const rows = fields.map(([name, field]) => [
    `  ${name}`,
    field.default === undefined ? '-' : JSON.stringify(field.default),
    `${field.description ?? ''} (${allowedText(field)})`,
  ]);
  return `Fields (--set name=value):\n${table([['  field', 'default', 'meaning (allowed)'], ...rows])}`;
}
