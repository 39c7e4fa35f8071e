import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { DefaultLogger } from '@temporalio/worker';
import { TemperedError } from '../contracts/failure.js';
import { messageOf } from '../contracts/system-error.js';
import { bundlePathOf } from '../settings/bundle-path.js';
import type { OwnWorkflow } from '../settings/own-pipelines/load.js';
import type { Project } from '../settings/project.js';
import { buildWorkflowBundle, OUR_WORKFLOWS } from './bundle.js';

/** Stands in a bundle beside the code of every module of zod. */
const ZOD = '/node_modules/zod/';

/**
 * The workflows of a project as one file; made anew when the user's own have changed.
 * @returns its path
 * @throws {TemperedError} `WRONG_INPUT` when a workflow imports what cannot be in one
 */
export async function ensureWorkflowBundle(project: Project): Promise<string> {
  const path = bundlePathOf(project);
  if (existsSync(path)) return path;
  await mkdir(dirname(path), { recursive: true });
  const mine = `${path}.${String(process.pid)}`;
  const entry = `${mine}.mjs`;
  try {
    await writeFile(entry, entryOf(project.ownWorkflows));
    await bundle(project, mine, entry);
    await rename(mine, path);
    await removeOthers(path);
  } finally {
    for (const file of [entry, mine]) await rm(file, { force: true });
  }
  return path;
}

/** A worker reads its bundle once, when it starts; older ones are of code that is gone. */
async function removeOthers(path: string): Promise<void> {
  const names = (await readdir(dirname(path))).filter((name) => name.endsWith('.js') && name !== basename(path));
  for (const name of names) await rm(join(dirname(path), name), { force: true });
}

async function bundle({ ownWorkflows }: Project, path: string, entry: string): Promise<void> {
  const names = ownWorkflows.map(({ name }) => name).join(', ');
  const said: string[] = [];
  try {
    await buildWorkflowBundle(path, entry, new DefaultLogger('ERROR', ({ message }) => said.push(message)));
  } catch (cause) {
    const why = [...said.map(stripVTControlCharacters), messageOf(cause)];
    throw new TemperedError('WRONG_INPUT', `the workflows ${names}: ${why.join('\n')}`, {}, { cause });
  }
  if ((await readFile(path, 'utf8')).includes(ZOD))
    throw new TemperedError(
      'WRONG_INPUT',
      `the workflows ${names}: one of them imports zod, which costs 0.7 MB a run`,
      {
        advice: 'in workflow.ts import only types of the pipeline: import type pipeline from "./pipeline.js"',
      },
    );
}

function entryOf(workflows: readonly OwnWorkflow[]): string {
  const own = workflows.map(({ name, path }) => `export { ${name} } from ${JSON.stringify(path)};`);
  return [`export * from ${JSON.stringify(OUR_WORKFLOWS)};`, ...own, ''].join('\n');
}
