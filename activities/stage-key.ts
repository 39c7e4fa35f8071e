import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { canonicalJson } from '../contracts/json.js';
import type { KeyParts } from '../contracts/stage-record.js';
import { sha256OfJson } from '../storage/content-hash.js';

const IS_CODE = /\.py$/;
const IS_TEST = /^(test_.*|conftest\.py)$/;

/** Folders that hold what was installed or made, as `node_modules` or `.venv`. */
const NO_CODE = /^(\..*|node_modules|__pycache__)$/;

/** Folder whose code every job shares. */
const SHARED_CODE = 'jobs/lib';

/**
 * Hash of the code that makes a job's result: its entry, the folder of the entry and the shared library. Tests do not count.
 * @param projectRoot folder that holds `jobs/`
 * @param entry as `jobs/ray/tune.py`
 * @param root folder that the entry is relative to
 */
export async function hashJobCode(projectRoot: string, entry: string, root = projectRoot): Promise<string> {
  const own = await listPython(root, path.posix.dirname(entry));
  const shared = await listPython(projectRoot, SHARED_CODE);
  const files = new Map([...shared, ...own].map((file) => [file.path, file.name]));
  const hash = createHash('sha256');
  for (const [file, name] of [...files].sort(([, a], [, b]) => (a < b ? -1 : 1))) {
    hash.update(name).update('\0');
    hash.update(await readFile(file)).update('\0');
  }
  return hash.digest('hex');
}

interface PythonFile {
  readonly path: string;
  /** Relative to its root, so that the hash is the same on every machine. */
  readonly name: string;
}

async function listPython(root: string, folder: string): Promise<PythonFile[]> {
  const entries = await readdir(path.join(root, folder), { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry): Promise<PythonFile[]> => {
      const name = path.posix.join(folder, entry.name);
      if (entry.isDirectory()) return NO_CODE.test(entry.name) ? [] : listPython(root, name);
      return IS_CODE.test(entry.name) && !IS_TEST.test(entry.name) ? [{ path: path.join(root, name), name }] : [];
    }),
  );
  return found.flat();
}

/** The key of a stage's result: the same key is the same result, published once. 32 hexadecimal digits. */
export function stageKeyOf(parts: KeyParts): string {
  return sha256OfJson(parts).slice(0, 32);
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
