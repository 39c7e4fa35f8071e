import type { ProcessIdentity } from './process-identity.js';

/** How memory limits are enforced: by the kernel, or by looking at the processes' resident memory. */
export type EnforcementKind = 'cgroup-v2' | 'cgroup-v1' | 'rss-sampling';

/** A memory cgroup, by its folder. */
export interface GroupRecord {
  readonly kind: Exclude<EnforcementKind, 'rss-sampling'>;
  readonly directory: string;
}

/** A process tree, by the mark that its processes carry and by the first of them. */
export interface TreeRecord {
  readonly kind: 'rss-sampling';
  readonly marker: string;
  readonly root: ProcessIdentity | null;
}

/** What finds an enclosure again from another process, after its supervisor died. Plain JSON. */
export type EnclosureRecord = GroupRecord | TreeRecord;

/** Everything that belongs to one job: its processes, wherever they hide, and their memory. */
export interface Enclosure {
  /** The command that starts a program inside. */
  command(argv: readonly string[]): readonly string[];
  /** Tells the enclosure which one is the job's first process. */
  adopt(root: ProcessIdentity): void;
  /** What another process finds the enclosure by. */
  record(): EnclosureRecord;
  /** Memory that cannot be taken back from the job (page cache can, and does not count). */
  usedBytes(): number;
  /**
   * The most that was used so far. A rise between two looks is seen by the kernel's own highest mark, which counts page cache too: what
   * it holds beyond the most cache ever seen was used.
   */
  peakBytes(): number;
  /** True when the job holds more than its limit and the kernel does not enforce it. */
  mustBeKilled(): boolean;
  /** How many of its processes the kernel killed for memory; null where the kernel does not count. */
  oomKills(): number | null;
  /** True when memory use has touched the limit itself. Samples may miss a quick rise; this does not. */
  hasReachedLimit(): boolean;
  /** Pids of what runs inside now; zombies are not listed. */
  members(): readonly number[];
  /** Removes an empty enclosure; false when it cannot be removed yet. */
  remove(): boolean;
}
