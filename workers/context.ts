import type { ActivityContext, JobsContext } from '../activities/context.js';
import { TemperedError } from '../contracts/failure.js';
import { openPlatforms } from '../platforms/index.js';
import { projectRoot } from '../settings/home.js';
import type { Project } from '../settings/project.js';
import { openStorage } from '../storage/index.js';

/** Opens what activities work with, as the project's profile says. */
export function openJobsContext(profile: Project): JobsContext {
  const platforms = openPlatforms(profile);
  return {
    projectRoot,
    pipelines: profile.pipelines,
    profile,
    storage: openStorage(profile.storageRootUri, profile.inputFolders),
    platforms,
    largestOn: (name) => {
      const platform = platforms[name];
      if (platform) return platform.largest;
      throw new TemperedError(
        'WRONG_INPUT',
        `platform "${name}" is not known; known are ${Object.keys(platforms).join(', ')}`,
        {
          field: 'platform',
        },
      );
    },
  };
}

/** The part that the orchestrator needs: it decides, but never submits. */
export function openActivityContext(project: Project): ActivityContext {
  const { platforms: _platforms, ...context } = openJobsContext(project);
  return context;
}
