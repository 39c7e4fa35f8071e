import type { Enclosure, TreeRecord } from './enclosure.js';
import type { ProcessIdentity } from './process-identity.js';
import type { ProcessRow } from './process-table.js';
import { environmentOf, findProcess, listProcesses, proportionalBytes } from './process-table.js';

/** Name of the variable that marks every process of a job, also one that left its parent, session and group. */
export const MARKER_VARIABLE = 'TEMPERED_JOB';

/**
 * A job as the processes that descend from its first one, where no memory cgroup can be had. A process belongs to it when its
 * parent does, when it is in the first process's group, or when it carries the job's marker in its environment (Linux only);
 * once seen inside, it stays inside.
 */
export class ProcessTree implements Enclosure {
  readonly #marker: string;
  readonly #limitBytes: number;
  #root: ProcessIdentity | null;
  #mostUsedBytes = 0;
  /** By pid and start time: whether the process belongs to the job. Environments are read once for each process. */
  #belongs = new Map<string, boolean>();

  private constructor(marker: string, root: ProcessIdentity | null, limitBytes: number) {
    this.#marker = marker;
    this.#root = root;
    this.#limitBytes = limitBytes;
  }

  /** @param marker value of {@link MARKER_VARIABLE} in the job's environment, unique for the job */
  static create(marker: string, limitBytes: number): ProcessTree {
    return new ProcessTree(marker, null, limitBytes);
  }

  /** Finds the rest of a tree again, to end it. */
  static open({ marker, root }: TreeRecord): ProcessTree {
    return new ProcessTree(marker, root, Number.POSITIVE_INFINITY);
  }

  command(argv: readonly string[]): readonly string[] {
    return argv;
  }

  adopt(root: ProcessIdentity): void {
    this.#root = root;
  }

  record(): TreeRecord {
    return { kind: 'rss-sampling', marker: this.#marker, root: this.#root };
  }

  usedBytes(): number {
    const usedBytes = sum(this.#rows().map((row) => row.rssBytes));
    this.#mostUsedBytes = Math.max(this.#mostUsedBytes, usedBytes);
    return usedBytes;
  }

  peakBytes(): number {
    return this.#mostUsedBytes;
  }

  /**
   * RSS counts shared pages once for each process, so a sum over the limit is checked against the exact one before it kills. That one
   * is read process by process: when one ends meanwhile, its pages may be counted twice, so it must be too large twice in a row.
   */
  mustBeKilled(): boolean {
    if (this.usedBytes() <= this.#limitBytes) return false;
    return this.#exactBytes() > this.#limitBytes && this.#exactBytes() > this.#limitBytes;
  }

  #exactBytes(): number {
    return sum(this.members().map((pid) => proportionalBytes(pid) ?? findProcess(pid)?.rssBytes ?? 0));
  }

  oomKills(): number | null {
    return null;
  }

  hasReachedLimit(): boolean {
    return false;
  }

  members(): readonly number[] {
    return this.#rows().map((row) => row.pid);
  }

  remove(): boolean {
    return true;
  }

  #rows(): readonly ProcessRow[] {
    const rows = listProcesses();
    const byPid = new Map(rows.map((row) => [row.pid, row]));
    const before = this.#belongs;
    const now = new Map<string, boolean>();
    const belongs = (row: ProcessRow): boolean => {
      const name = `${row.pid}.${row.startedAt}`;
      const settled = now.get(name);
      if (settled !== undefined) return settled;
      now.set(name, false); // ends the walk should parents ever form a ring
      const parent = byPid.get(row.parentPid);
      const answer =
        before.get(name) === true ||
        this.#isInRootsGroup(row, byPid) ||
        (!before.has(name) && this.#isMarked(row)) ||
        (parent !== undefined && belongs(parent));
      now.set(name, answer);
      return answer;
    };
    const members = rows.filter(belongs);
    this.#belongs = now;
    return members;
  }

  /** A group keeps the number of its first process, which can be another process by now; then the group is not ours. */
  #isInRootsGroup(row: ProcessRow, byPid: ReadonlyMap<number, ProcessRow>): boolean {
    if (this.#root === null || row.groupId !== this.#root.pid) return false;
    const leader = byPid.get(this.#root.pid);
    return leader === undefined || leader.startedAt === this.#root.startedAt;
  }

  #isMarked(row: ProcessRow): boolean {
    return environmentOf(row.pid).split('\0').includes(`${MARKER_VARIABLE}=${this.#marker}`);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
