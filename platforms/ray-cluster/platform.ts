import { join } from 'node:path';
import type { RayClusterProfile } from '../../contracts/platform-profiles.js';
import type { RemoteSurroundings } from '../aws/remote-platform.js';
import type { SentCode, SharedCode } from './job-start.js';
import { RayClusterPlatform } from './ray-cluster-platform.js';

/** Jobs on the Ray cluster of the profile. */
export function openRayCluster(profile: RayClusterProfile, surroundings: RemoteSurroundings): RayClusterPlatform {
  const { address, memory, cpus } = profile;
  const { storage } = surroundings;
  return new RayClusterPlatform({
    address,
    memoryBytes: memory,
    cpus,
    code: codeOf(profile, surroundings),
    storage,
  });
}

function codeOf(
  { projectRoot, python, work }: RayClusterProfile,
  { storage, projectRoot: here }: RemoteSurroundings,
): SharedCode | SentCode {
  if (storage.root.startsWith('s3://')) return { kind: 'sent', projectRoot: here, python: python ?? 'python3', work };
  const shared = projectRoot ?? here;
  return { kind: 'shared', projectRoot: shared, python: python ?? join(shared, '.venv', 'bin', 'python') };
}
