import { join } from 'node:path';
import type { RayClusterProfile } from '../../contracts/platform-profiles.js';
import type { RemoteSurroundings } from '../aws/remote-platform.js';
import { RayClusterPlatform } from './ray-cluster-platform.js';

/** Jobs on the Ray cluster of the profile. */
export function openRayCluster(profile: RayClusterProfile, surroundings: RemoteSurroundings): RayClusterPlatform {
  const { address, memory, cpus, projectRoot = surroundings.projectRoot } = profile;
  const python = profile.python ?? join(projectRoot, '.venv', 'bin', 'python');
  return new RayClusterPlatform({
    address,
    memoryBytes: memory,
    cpus,
    code: { projectRoot, python },
    storage: surroundings.storage,
  });
}
