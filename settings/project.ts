import { type Pipelines, PIPELINES } from '../contracts/pipelines/index.js';
import { wrongInput } from './input-errors.js';
import { readJsonFile } from './json-file.js';
import type { OwnWorkflow } from './own-pipelines/load.js';
import { type LoadedProfile, loadProfile } from './profile.js';
import { profileProblems } from './profile-problems.js';

/** A profile with every pipeline that it may speak of: ours, and the user's own that it names. */
export interface Project extends LoadedProfile {
  readonly pipelines: Pipelines;
  /** Workflows of the user's own pipelines. */
  readonly ownWorkflows: readonly OwnWorkflow[];
}

/**
 * Loads the profile and the pipelines that it names, and checks the one against the other. What is compiled for that is kept, so only
 * the first time after a change takes seconds.
 * @throws {TemperedError} `WRONG_INPUT` that names the file: of the profile, or of a pipeline that cannot be loaded
 */
export async function loadProject(): Promise<Project> {
  const profile = loadProfile();
  if (profile.path === null || profile.pipelineFiles.length === 0)
    return { ...profile, pipelines: PIPELINES, ownWorkflows: [] };
  const { loadOwnPipelines } = await import('./own-pipelines/load.js');
  const own = await loadOwnPipelines(profile.pipelineFiles);
  const pipelines = { ...PIPELINES, ...own.pipelines };
  const problems = profileProblems(readJsonFile(profile.path), pipelines);
  if (problems.length > 0) throw wrongInput(profile.path, problems);
  return { ...profile, pipelines, ownWorkflows: own.workflows };
}
