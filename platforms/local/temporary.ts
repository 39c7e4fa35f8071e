import { rmSync } from 'node:fs';

/** A job's temporary folder and its short name. */
export interface Temporary {
  readonly directory: string;
  readonly link: string;
}

/** Removes the folder with all that a job left there, and the name. */
export function removeTemporary({ directory, link }: Temporary): void {
  rmSync(link, { force: true });
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
}
