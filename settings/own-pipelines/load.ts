import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { TemperedError } from '../../contracts/failure.js';
import { type Pipeline, PIPELINES, type Pipelines } from '../../contracts/pipelines/index.js';
import { type Index, findIndex } from './compiled.js';
import { packageFolderOf } from './package-folder.js';
import { readPipeline } from './read-pipeline.js';

/** The workflow of a pipeline of a user's own. */
export interface OwnWorkflow {
  /** Its name, which is the pipeline's and the one that its file exports. */
  readonly name: string;
  /** Absolute path of the compiled file. The folder is named by its content, so that the path changes with the code. */
  readonly path: string;
}

/** Pipelines of a user's own, ready to be used. */
export interface OwnPipelines {
  readonly pipelines: Pipelines;
  readonly workflows: readonly OwnWorkflow[];
}

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'];

/**
 * Loads pipelines of a user's own: compiles what has changed, checks their definitions and that nothing has the name of something else.
 * @param files absolute paths of pipeline files
 * @throws {TemperedError} `WRONG_INPUT` that names the file and what is wrong with it
 */
export async function loadOwnPipelines(files: readonly string[]): Promise<OwnPipelines> {
  const sources = files.map(sourcesOf);
  const pipelines: Record<string, Pipeline> = {};
  const workflows: OwnWorkflow[] = [];
  for (const { pipeline: file, workflow, packageFolder } of sources) {
    const together = sources.filter((other) => other.packageFolder === packageFolder);
    const index = await indexOf(packageFolder, [...new Set(together.flatMap((one) => [one.pipeline, one.workflow]))]);
    const { name, ...pipeline } = await readPipeline(file, compiledPath(index, packageFolder, file));
    checkNames(file, { name, pipeline }, { ...PIPELINES, ...pipelines });
    if (index.exports[workflow]?.includes(name) !== true)
      throw new TemperedError('WRONG_INPUT', `${workflow} exports no workflow "${name}", the name of ${file}`, {
        advice: `export const ${name} = definePipeline('${name}', ...), or correct the name`,
      });
    pipelines[name] = { ...pipeline, root: dirname(file) };
    workflows.push({ name, path: compiledPath(index, packageFolder, workflow) });
  }
  return { pipelines, workflows };
}

interface Sources {
  readonly pipeline: string;
  readonly workflow: string;
  readonly packageFolder: string;
}

function sourcesOf(file: string): Sources {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw new TemperedError('WRONG_INPUT', `pipelines: ${file} does not exist`, { field: 'pipelines' });
  const pipeline = realpathSync(file);
  const workflow = EXTENSIONS.map((extension) => join(dirname(pipeline), `workflow${extension}`)).find((path) =>
    existsSync(path),
  );
  if (workflow === undefined)
    throw new TemperedError('WRONG_INPUT', `${dirname(pipeline)} has no workflow.ts, the workflow of ${file}`, {
      field: 'pipelines',
    });
  return { pipeline, workflow, packageFolder: packageFolderOf(pipeline) };
}

/** The compiler is loaded only when something has changed: it takes longer than everything else. */
async function indexOf(packageFolder: string, entries: readonly string[]): Promise<Index> {
  return findIndex(packageFolder, entries) ?? (await import('./compile.js')).compile(packageFolder, entries);
}

function compiledPath({ folder }: Index, packageFolder: string, source: string): string {
  return join(folder, relative(packageFolder, source)).replace(/ts$/, 'js');
}

/** Names are keys in the storage, in `tempered.json` and on the server: one of them must not mean two things. */
function checkNames(
  file: string,
  { name, pipeline }: { readonly name: string; readonly pipeline: Pipeline },
  others: Pipelines,
): void {
  if (Object.hasOwn(others, name)) throw wrong(file, `name: there is another pipeline "${name}"`);
  for (const [other, { stages }] of Object.entries(others)) {
    const [stage] = Object.keys(pipeline.stages).filter((key) => Object.hasOwn(stages, key));
    if (stage !== undefined && stages[stage] !== pipeline.stages[stage])
      throw wrong(file, `stages.${stage}: the pipeline ${other} has another stage of this name; choose one of its own`);
  }
}

function wrong(file: string, problem: string): TemperedError {
  return new TemperedError('WRONG_INPUT', `${file}: ${problem}`, { field: problem.replace(/:.*/s, '') });
}
