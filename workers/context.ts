import type { ActivityContext, JobsContext } from '../activities/context.js';
import { loadPlatform, openPlatforms } from '../platforms/index.js';
import { projectRoot } from '../settings/home.js';
import { loadPrices } from '../settings/prices.js';
import type { Project } from '../settings/project.js';
import { openEndpointHosts, openModelMirror } from '../serving/index.js';
import { openStorageOf } from '../storage/index.js';

/** Opens what activities work with, as the project's profile says. */
export function openJobsContext(project: Project): JobsContext {
  const { profile } = project;
  const storage = openStorageOf(project);
  const platforms = openPlatforms(project, storage);
  return {
    projectRoot,
    pipelines: project.pipelines,
    profile: project,
    storage,
    prices: loadPrices(project.pricesPath),
    platforms,
    endpointHosts: openEndpointHosts(profile, storage),
    modelMirror: openModelMirror(profile),
    offerOn: (name) => loadPlatform(platforms, name),
  };
}

/** The part that the orchestrator needs: it decides, but never submits. An open platform has loaded no client of its service yet. */
export function openActivityContext(project: Project): ActivityContext {
  const { platforms: _platforms, endpointHosts: _hosts, modelMirror: _mirror, ...context } = openJobsContext(project);
  return context;
}
