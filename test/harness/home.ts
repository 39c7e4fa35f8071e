import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A state folder of a test's own. */
export interface Home {
  /** The folder: an absolute path without symbolic links. */
  readonly folder: string;
  /** The environment for programs that the test starts. Jest gives a test a copy of `process.env`, so they do not inherit a change to it. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Gives a test its own `TEMPERED_HOME`, so that it sees no other test's server, jobs or data; removed at the end, also after a failure.
 * Code of ours that runs inside the test sees it as well. One at a time in a process: it is set in `process.env`.
 * @returns what `use` returned
 */
export async function withHome<T>(use: (home: Home) => Promise<T>): Promise<T> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'tempered-test-')));
  const before = process.env['TEMPERED_HOME'];
  process.env['TEMPERED_HOME'] = folder;
  try {
    return await use({ folder, env: { ...process.env } });
  } finally {
    if (before === undefined) delete process.env['TEMPERED_HOME'];
    else process.env['TEMPERED_HOME'] = before;
    await rm(folder, { recursive: true, force: true, maxRetries: 5 }); // a job that is just being stopped may still write
  }
}
