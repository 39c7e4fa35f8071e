import { readFileSync } from 'node:fs';
import { TemperedError } from '../contracts/failure.js';
import { systemErrorCode } from '../contracts/system-error.js';
import { findJsonError } from './json-error.js';

/**
 * Reads a JSON file that a person wrote.
 * @throws {TemperedError} `WRONG_INPUT` that names the file and, for wrong JSON, line, column and what was expected
 */
export function readJsonFile(path: string): unknown {
  return parseJsonText(readText(path), path);
}

function parseJsonText(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const error = findJsonError(text);
    if (error === undefined) throw new TemperedError('WRONG_INPUT', `${what}: ${String(cause)}`, {}, { cause });
    const { line, column, message } = error;
    const place = { field: '(document)', line, column };
    throw new TemperedError('WRONG_INPUT', `${what}:${line}:${column}: ${message}`, place, { cause });
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (cause) {
    const code = systemErrorCode(cause) ?? String(cause);
    const why =
      code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder, not a file' : `cannot be read (${code})`;
    throw new TemperedError('WRONG_INPUT', `${path} ${why}`, {}, { cause });
  }
}
