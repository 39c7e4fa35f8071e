import { existsSync } from 'node:fs';
import { profilePath, stateDir } from '../../settings/home.js';

/** The environment of our worker processes. They run in another folder, so that what this command found from its own is told them. */
export function workerEnvironment(): NodeJS.ProcessEnv {
  const profile = profilePath();
  return {
    ...process.env,
    TEMPERED_HOME: stateDir(),
    ...(existsSync(profile) && { TEMPERED_PROFILE: profile }),
  };
}
