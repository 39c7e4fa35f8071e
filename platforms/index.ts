import { TemperedError } from '../contracts/failure.js';
import { projectRoot, stateDir } from '../settings/home.js';
import type { LoadedProfile } from '../settings/profile.js';
import type { Storage } from '../storage/storage.js';
import { openEmr } from './emr/platform.js';
import { openEmrServerless } from './emr-serverless/platform.js';
import { LocalPlatform } from './local/local-platform.js';
import type { Platform } from './platform.js';
import { openRayCluster } from './ray-cluster/platform.js';
import { openSageMaker } from './sagemaker/platform.js';

export { memoryEnforcement } from './local/memory-enforcement.js';

/** Platforms by name. */
export type Platforms = Readonly<Record<string, Platform>>;

/**
 * Every platform that the profile sets up, by name: the local one always, another one when its section is there. Opening one asks nobody
 * and loads no client, so that whoever only wants to know what it sells pays for nothing else. A new platform is one line here.
 * @param storage where jobs of other machines find their files
 */
export function openPlatforms({ profile }: LoadedProfile, storage: Storage): Platforms {
  const { local, aws, emr, emrServerless, sagemaker, rayCluster } = profile;
  const shared = aws && { aws, storage, projectRoot };
  return {
    local: LocalPlatform.open({
      stateDir: stateDir(),
      projectRoot,
      memoryBudgetBytes: local.memoryBudget,
      cpus: local.cpus,
    }),
    ...(shared && emr && { emr: openEmr(emr, shared) }),
    ...(shared && emrServerless && { 'emr-serverless': openEmrServerless(emrServerless, shared) }),
    ...(shared && sagemaker && { sagemaker: openSageMaker(sagemaker, shared) }),
    ...(rayCluster && { 'ray-cluster': openRayCluster(rayCluster, { storage, projectRoot }) }),
  };
}

/**
 * The platform of that name.
 * @throws TemperedError `WRONG_INPUT` when the profile does not set it up
 */
export function loadPlatform(platforms: Platforms, name: string): Platform {
  const platform = Object.hasOwn(platforms, name) ? platforms[name] : undefined;
  if (platform) return platform;
  const known = Object.keys(platforms).join(', ');
  throw new TemperedError('WRONG_INPUT', `platform "${name}" is not set up in tempered.json; set up are ${known}`, {
    field: 'platform',
  });
}
