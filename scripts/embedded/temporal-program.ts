import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { TemperedError } from '../../contracts/failure.js';
import { projectRoot } from '../../settings/home.js';

/**
 * Path of the Temporal CLI: `temporal` on PATH, else the one in `.venv`.
 * @throws {TemperedError} `PLATFORM_UNAVAILABLE` when there is none
 */
export function findTemporalProgram(): string {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), join(projectRoot, '.venv', 'bin')];
  const program = folders.map((folder) => join(folder, 'temporal')).find(isProgram);
  if (program !== undefined) return program;
  throw new TemperedError('PLATFORM_UNAVAILABLE', 'there is no `temporal` on PATH or in .venv/bin', {
    advice: 'install it: npm run setup (or set TEMPORAL_ADDRESS to use a server of your own)',
  });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
