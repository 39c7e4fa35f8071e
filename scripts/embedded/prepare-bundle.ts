import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { TemperedError } from '../../contracts/failure.js';
import { bundlePathOf } from '../../settings/bundle-path.js';
import type { Project } from '../../settings/project.js';
import { workerEnvironment } from './worker-environment.js';

const PROGRAM = fileURLToPath(new URL('../../workers/bundle-main.js', import.meta.url));

/** Bundling takes some 3 s on a free machine. */
const TIMEOUT_MS = 120_000;

const Refusal = z.object({ message: z.string(), details: z.looseObject({}) });

/**
 * Makes sure that the project's workflows are bundled. A process of its own does it, because only workers load the SDK that can.
 * @throws {TemperedError} `WRONG_INPUT` when a workflow of the user's own cannot be bundled
 */
export async function prepareBundle(project: Project): Promise<void> {
  if (existsSync(bundlePathOf(project))) return;
  try {
    await promisify(execFile)(process.execPath, [PROGRAM], { env: workerEnvironment(), timeout: TIMEOUT_MS });
  } catch (cause) {
    const { stdout } = z.object({ stdout: z.string().default('') }).parse(cause);
    if (stdout === '') throw cause;
    const { message, details } = Refusal.parse(JSON.parse(stdout));
    throw new TemperedError('WRONG_INPUT', message, details, { cause });
  }
}
