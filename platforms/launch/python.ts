import { join } from 'node:path';
import type { Launch, LaunchSpec } from './launch.js';

/** A plain Python program. */
export function launchPython({ entryPath, jobUri, venv }: LaunchSpec): Launch {
  return { argv: [join(venv, 'bin', 'python'), entryPath, jobUri], env: {} };
}
