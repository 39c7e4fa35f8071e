import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BUILD_FILE = fileURLToPath(new URL('../.tsbuildinfo', import.meta.url));

/** Differs after every compilation of ours: what was made with another one may not fit any more. */
export function buildStamp(): string {
  return String(statSync(BUILD_FILE, { throwIfNoEntry: false })?.mtimeMs ?? 0);
}
