import type { ActivityContext, JobsContext } from '../activities/context.js';
import { loadPlatform, openPlatforms } from '../platforms/index.js';
import { projectRoot } from '../settings/home.js';
import { loadPrices } from '../settings/prices.js';
import type { Project } from '../settings/project.js';
import { openEndpointHosts, openModelMirror } from '../serving/index.js';
import { openStorage } from '../storage/index.js';

/** Opens what activities work with, as the project's profile says. */
export function openJobsContext(profile: Project): JobsContext {
  const storage = openStorage(profile.storageRootUri, profile.inputFolders, profile.profile.aws);
  const platforms = openPlatforms(profile, storage);
  return {
    projectRoot,
    pipelines: profile.pipelines,
    profile,
    storage,
    prices: loadPrices(profile.pricesPath),
    platforms,
    endpointHosts: openEndpointHosts(profile.profile, storage),
    modelMirror: openModelMirror(profile.profile),
    offerOn: (name) => loadPlatform(platforms, name),
  };
}

/** The part that the orchestrator needs: it decides, but never submits. An open platform has loaded no client of its service yet. */
export function openActivityContext(project: Project): ActivityContext {
  const { platforms: _platforms, endpointHosts: _hosts, modelMirror: _mirror, ...context } = openJobsContext(project);
  return context;
}
