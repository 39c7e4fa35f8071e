import { FAILURE_POLICY } from '../../contracts/failure.js';
import type { MirrorOutcome } from '../../contracts/mirrored-model.js';
import type { Profile } from '../../contracts/profile.js';
import { mirrorChampion } from '../../models/mirror-champion.js';
import { openModelMirror } from '../../serving/index.js';
import type { Storage } from '../../storage/storage.js';
import { describeError } from '../describe-error.js';

/** Has the mirror of the registry, where the profile names one, show who is the champion now. One that cannot is told, not thrown. */
export async function showInMirror(profile: Profile, storage: Storage, name: string): Promise<MirrorOutcome | null> {
  const mirror = openModelMirror(profile);
  if (mirror === null) return null;
  try {
    return { kind: 'mirrored', ...(await mirrorChampion(storage, name, (champion) => mirror.show(champion))) };
  } catch (error) {
    return { kind: 'failed', reason: describeError(error).message };
  }
}

/** What became of it, for people. */
export function mirrorText(mirror: MirrorOutcome | null): readonly string[] {
  if (mirror === null) return [];
  return mirror.kind === 'mirrored'
    ? [`mirror ${mirror.group}  ${mirror.name}`]
    : [`mirror does not show it: ${mirror.reason}`, 'next   the same command again: it changes nothing else'];
}

/** The exit code of a change whose mirror did not follow. */
export function mirrorExitCode(mirror: MirrorOutcome | null): number {
  return mirror?.kind === 'failed' ? FAILURE_POLICY.PLATFORM_UNAVAILABLE.exitCode : 0;
}
