import { TemperedError } from '../contracts/failure.js';
import type { JobHandle } from '../contracts/job-handle.js';
import type { Platform } from '../platforms/platform.js';
import type { JobsContext } from './context.js';

/**
 * The platform that a job was given to.
 * @throws TemperedError `PLATFORM_UNAVAILABLE` when the profile has lost it since: the job may still be there, so whoever asks asks again
 * until somebody has put it back
 */
export function jobPlatform(
  { platforms }: Pick<JobsContext, 'platforms'>,
  { platform: name, key }: JobHandle,
): Platform {
  const platform = Object.hasOwn(platforms, name) ? platforms[name] : undefined;
  if (platform) return platform;
  throw new TemperedError(
    'PLATFORM_UNAVAILABLE',
    `job ${key} is on ${name}, which tempered.json does not set up any more`,
    {
      advice: `put the section of ${name} back until the run is over, then: npx tempered up`,
    },
  );
}
