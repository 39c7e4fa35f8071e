import { loadProfile } from '../../settings/profile.js';
import { openStorageOf } from '../../storage/index.js';
import { preview as previewUri } from '../../storage/preview.js';
import { formatBytes } from '../../contracts/bytes.js';
import { formatCount } from '../format.js';
import type { Answer } from '../io.js';
import { table } from '../table.js';

/** `tempered preview URI`: schema, counts and first rows of any snapshot. */
export async function preview(uri: string, rows: number): Promise<Answer> {
  const shown = await previewUri(openStorageOf(loadProfile()), uri, rows);
  const count = shown.rows === null ? '' : `${formatCount(shown.rows)} rows, `;
  const names = shown.schema.map(({ name }) => name);
  const text = [
    `uri    ${shown.uri}`,
    `kind   ${shown.kind}`,
    `size   ${count}${formatBytes(shown.bytes)} in ${formatCount(shown.files.length)} file${shown.files.length === 1 ? '' : 's'}`,
    ...(shown.provenance
      ? [
          `made   by ${shown.provenance.stage} of ${shown.provenance.workflowId || 'nobody'} at ${shown.provenance.publishedAt}`,
        ]
      : []),
    ...(shown.schema.length > 0
      ? [`fields ${shown.schema.map(({ name, type }) => `${name} ${type}`).join(', ')}`]
      : []),
    ...(shown.head.length > 0
      ? ['', table([names, ...shown.head.map((row) => names.map((name) => cell(row[name])))])]
      : []),
    ...(shown.schema.length === 0 ? shown.files.map(({ path, bytes }) => `  ${path}  ${formatBytes(bytes)}`) : []),
  ].join('\n');
  return { document: shown, text };
}

function cell(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
