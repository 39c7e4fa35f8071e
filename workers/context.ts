import type { ActivityContext, JobsContext } from '../activities/context.js';
import { TemperedError } from '../contracts/failure.js';
import { PIPELINES } from '../contracts/pipelines/index.js';
import { openPlatforms } from '../platforms/index.js';
import { projectRoot } from '../settings/home.js';
import { loadProfile } from '../settings/profile.js';
import { openStorage } from '../storage/index.js';

/** Opens what activities work with, as the profile says. */
export function openJobsContext(): JobsContext {
  const profile = loadProfile();
  const platforms = openPlatforms(profile);
  return {
    projectRoot,
    pipelines: PIPELINES,
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
export function openActivityContext(): ActivityContext {
  const { platforms: _platforms, ...context } = openJobsContext();
  return context;
}
