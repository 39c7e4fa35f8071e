import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { canonicalJson } from '../contracts/json.js';
import type { KeyParts } from '../contracts/stage-record.js';

/** Folder whose code every job shares. */
const SHARED_CODE = 'jobs/lib';

/**
 * Hash of the code that makes a job's result: its entry, the folder of the entry and the shared library. Tests do not count.
 * @param projectRoot folder that holds `jobs/`
 * @param entry as `jobs/ray/tune.py`
 */
export async function hashJobCode(projectRoot: string, entry: string): Promise<string> {
  const folders = [...new Set([path.posix.dirname(entry), SHARED_CODE])].sort();
  const files = (await Promise.all(folders.map((folder) => listPython(projectRoot, folder)))).flat().sort();
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(file).update('\0');
    hash.update(await readFile(path.join(projectRoot, file))).update('\0');
  }
  return hash.digest('hex');
}

async function listPython(projectRoot: string, folder: string): Promise<string[]> {
  const names = await readdir(path.join(projectRoot, folder), { recursive: true });
  return names
    .map((name) => path.posix.join(folder, name.split(path.sep).join('/')))
    .filter((name) => name.endsWith('.py') && !path.posix.basename(name).startsWith('test_'))
    .filter((name) => path.posix.basename(name) !== 'conftest.py');
}

/** The key of a stage's result: the same key is the same result, published once. 32 hexadecimal digits. */
export function stageKeyOf(parts: KeyParts): string {
  return createHash('sha256').update(canonicalJson(parts)).digest('hex').slice(0, 32);
}

/** Says in one sentence why a published result cannot be reused, by comparing key parts. */
export function explainMiss(now: KeyParts, before: KeyParts | null): string {
  if (!before) return 'first run of this stage';
  const changed = [
    ...changedKeys('input', now.inputs, before.inputs),
    ...changedKeys('parameter', now.params, before.params),
    ...(now.code === before.code ? [] : ['the code of the job']),
  ];
  return changed.length === 0 ? 'its earlier result is no longer there' : `changed: ${changed.join(', ')}`;
}

function changedKeys(what: string, now: Readonly<Record<string, unknown>>, before: Readonly<Record<string, unknown>>) {
  return [...new Set([...Object.keys(now), ...Object.keys(before)])]
    .filter((key) => canonicalJson(now[key]) !== canonicalJson(before[key]))
    .map((key) =>
      what === 'parameter' ? `parameter ${key} (${show(before[key])} -> ${show(now[key])})` : `${what} ${key}`,
    );
}

function show(value: unknown): string {
  const text = value === undefined ? 'absent' : canonicalJson(value);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
