import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../../contracts/system-error.js';
import type { EnforcementKind, GroupRecord } from './enclosure.js';
import { MemoryGroup } from './memory-group.js';

/** How this process can enforce a job's memory limit. */
export interface MemoryEnforcement {
  readonly kind: EnforcementKind;
  /** One sentence for people. */
  readonly detail: string;
  /** Where the jobs' cgroups are made; null when memory is sampled. */
  readonly groupsDirectory: string | null;
}

/** What is used where the kernel does not enforce: always possible, but a quick rise is seen up to one sample late. */
export const SAMPLING: MemoryEnforcement = {
  kind: 'rss-sampling',
  detail: "no memory cgroup is asked for; the sum of the processes' resident memory is sampled",
  groupsDirectory: null,
};

/**
 * Finds out, by trying, how memory limits can be enforced here: a group is made, limited and entered by a short-lived process.
 * Takes some milliseconds; the answer holds for the life of the calling process.
 */
export function memoryEnforcement(): MemoryEnforcement {
  if (process.platform !== 'linux') {
    return { ...SAMPLING, detail: `${process.platform} has no memory cgroups; resident memory is sampled` };
  }
  const refusals: string[] = [];
  for (const place of candidatePlaces()) {
    const refusal = tryPlace(place);
    if (refusal === null) {
      return {
        kind: place.kind,
        detail: `the kernel enforces limits, in groups under ${place.directory}`,
        groupsDirectory: place.directory,
      };
    }
    refusals.push(`${place.directory}: ${refusal}`);
  }
  const because = refusals.length > 0 ? refusals.join('; ') : 'no memory controller is mounted';
  return { ...SAMPLING, detail: `no memory cgroup can be made (${because}); resident memory is sampled` };
}

/**
 * The folders in which a job's group may be made. On v1 that is our own group. On v2 a group that holds processes cannot limit its
 * children, so there our own group serves only when it has been given that right, and else its parent (as systemd sets up
 * the sessions of a user).
 */
function candidatePlaces(): readonly GroupRecord[] {
  const memberships = readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n');
  const mounts = cgroupMounts();
  return memberships.flatMap((line): readonly GroupRecord[] => {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const isV2 = controllers === '';
    if (!isV2 && !controllers.split(',').includes('memory')) return [];
    const own = mounts.find((mount) => mount.isV2 === isV2 && path.startsWith(mount.root));
    if (own === undefined) return [];
    const directory = join(own.mountPoint, path.slice(own.root.length));
    if (!isV2) return [{ kind: 'cgroup-v1', directory }];
    const parents = directory === own.mountPoint ? [] : [dirname(directory)];
    return [directory, ...parents].map((place) => ({ kind: 'cgroup-v2', directory: place }));
  });
}

interface CgroupMount {
  readonly isV2: boolean;
  readonly mountPoint: string;
  /** Path, in the hierarchy, of what is mounted; without the trailing slash. */
  readonly root: string;
}

/** The memory hierarchies that are mounted here; the format is proc_pid_mountinfo(5). */
function cgroupMounts(): readonly CgroupMount[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [mount = '', filesystem = ''] = line.split(' - ');
      const [, , , root = '', mountPoint = ''] = mount.split(' ');
      const [type, , options = ''] = filesystem.split(' ');
      const holdsMemory = type === 'cgroup2' || (type === 'cgroup' && options.split(',').includes('memory'));
      return holdsMemory ? { isV2: type === 'cgroup2', mountPoint, root: root === '/' ? '' : root } : [];
    });
}

/** Enough for a shell. */
const PROBE_LIMIT_BYTES = 2 ** 26;

/** Null when a group there can be made, limited and entered, else what stands against it. */
function tryPlace(place: GroupRecord): string | null {
  try {
    if (place.kind === 'cgroup-v2') allowChildLimits(place.directory);
    const name = `tempered-probe-${randomBytes(6).toString('hex')}`;
    const group = MemoryGroup.create({ kind: place.kind, directory: join(place.directory, name) }, PROBE_LIMIT_BYTES);
    const [shell = '', ...rest] = group.command(['/bin/sh', '-c', ':']);
    const { status } = spawnSync(shell, rest, { stdio: 'ignore', timeout: 5000 });
    group.remove();
    return status === 0 ? null : 'a process cannot be moved into a group there';
  } catch (error) {
    return messageOf(error);
  }
}

/** @throws the system's error when child groups of a v2 group cannot have limits */
function allowChildLimits(directory: string): void {
  const enabled = readFileSync(join(directory, 'cgroup.subtree_control'), 'utf8');
  if (!enabled.split(/\s+/).includes('memory')) writeFileSync(join(directory, 'cgroup.subtree_control'), '+memory');
}
