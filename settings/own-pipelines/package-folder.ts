import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { TemperedError } from '../../contracts/failure.js';
import { projectRoot } from '../home.js';
import { readJsonFile } from '../json-file.js';

/** What a pipeline file imports as `tempered`, in this copy. */
const OUR_EXPORTS = fileURLToPath(new URL('../../contracts/exports.js', import.meta.url));

const INSTALL = `in that folder: npm install ${projectRoot}`;

/**
 * The npm package that a pipeline file belongs to: the nearest folder above it with a `package.json`.
 * @throws {TemperedError} `WRONG_INPUT` when there is none, when its files are no ES modules, or when it has no or another Tempered
 */
export function packageFolderOf(file: string): string {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (!existsSync(manifest)) continue;
    const { type } = z.looseObject({ type: z.string().optional() }).parse(readJsonFile(manifest));
    if (type !== 'module')
      throw wrong(`${manifest}: type: found ${JSON.stringify(type ?? null)}, allowed is "module"`, {
        advice: 'in that folder: npm pkg set type=module',
        field: 'type',
      });
    checkOurs(manifest);
    return folder;
  }
  throw wrong(`${file}: no folder above it has a package.json`, {
    advice: `in its folder: npm init -y && npm pkg set type=module && npm install ${projectRoot}`,
  });
}

function checkOurs(manifest: string): void {
  let found: string;
  try {
    found = realpathSync(createRequire(manifest).resolve('tempered'));
  } catch (cause) {
    throw wrong(`${manifest}: the package tempered is not installed there`, { advice: INSTALL }, { cause });
  }
  if (found !== OUR_EXPORTS)
    throw wrong(`${manifest}: its tempered is another copy (${found}) than the one that runs (${projectRoot})`, {
      advice: `run npx tempered in that folder, or ${INSTALL}`,
    });
}

function wrong(message: string, details: { readonly advice: string; readonly field?: string }, options?: ErrorOptions) {
  return new TemperedError('WRONG_INPUT', message, details, options);
}
