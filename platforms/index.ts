import { projectRoot, stateDir } from '../settings/home.js';
import type { LoadedProfile } from '../settings/profile.js';
import { LocalPlatform } from './local/local-platform.js';
import type { Platform } from './platform.js';

export { memoryEnforcement } from './local/memory-enforcement.js';
export type { MemoryEnforcement } from './local/memory-enforcement.js';
export { sweepJobs } from './local/sweep-jobs.js';

/** Every platform that the profile knows, by name. A new platform is one line here. */
export function openPlatforms({ profile }: LoadedProfile): Readonly<Record<string, Platform>> {
  return {
    local: LocalPlatform.open({
      stateDir: stateDir(),
      projectRoot,
      memoryBudgetBytes: profile.local.memoryBudget,
      cpus: profile.local.cpus,
    }),
  };
}
