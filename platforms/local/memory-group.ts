import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemErrorCode } from '../../contracts/system-error.js';
import type { Enclosure, GroupRecord } from './enclosure.js';

/** What the two generations of the memory controller call the same things. Linux: Documentation/admin-guide/cgroup-v{1/memory,2}.rst */
interface Dialect {
  readonly limit: string;
  /** Keeps a job from escaping into swap, where the kernel offers it. v1 limits memory and swap together, v2 swap alone. */
  readonly swap: { readonly file: string; readonly value: (limitBytes: number) => number };
  /** Lines of memory.stat that hold what cannot be reclaimed; `total_` includes child groups, as v2 always does. */
  readonly unreclaimable: readonly string[];
  /** Lines of memory.stat whose difference is what the kernel can drop at will: the files it keeps, less those that live in memory. */
  readonly cache: { readonly files: string; readonly inMemory: string };
  /** The file with the `oom_kill` line. */
  readonly oomKills: string;
  /** The highest use so far, page cache included; v2 has it since Linux 5.19. */
  readonly highest: string;
}

const DIALECTS: Readonly<Record<GroupRecord['kind'], Dialect>> = {
  'cgroup-v1': {
    limit: 'memory.limit_in_bytes',
    swap: { file: 'memory.memsw.limit_in_bytes', value: (limitBytes) => limitBytes },
    unreclaimable: ['total_rss', 'total_shmem'],
    cache: { files: 'total_cache', inMemory: 'total_shmem' },
    oomKills: 'memory.oom_control',
    highest: 'memory.max_usage_in_bytes',
  },
  'cgroup-v2': {
    limit: 'memory.max',
    swap: { file: 'memory.swap.max', value: () => 0 },
    unreclaimable: ['anon', 'shmem'],
    cache: { files: 'file', inMemory: 'shmem' },
    oomKills: 'memory.events',
    highest: 'memory.peak',
  },
};

/** The kernel charges in batches, so the highest recorded use may stop a little short of the limit. */
const CHARGE_SLACK_BYTES = 2 ** 20;

/** Enters the group, then becomes the program, so that every page of the program is charged to the group. */
const ENTER = 'echo $$ > "$0/cgroup.procs" || exit 125; exec "$@"';

/**
 * A job in a memory cgroup of its own: the kernel enforces the limit, counts its kills and knows every member, also daemons that
 * changed their session and their parent.
 */
export class MemoryGroup implements Enclosure {
  readonly #record: GroupRecord;
  readonly #dialect: Dialect;
  #mostUsedBytes = 0;
  #mostCacheBytes = 0;

  private constructor(record: GroupRecord) {
    this.#record = record;
    this.#dialect = DIALECTS[record.kind];
  }

  /**
   * Makes a group with a limit.
   * @throws the system's error when the place is not writable; then nothing is left behind
   */
  static create(record: GroupRecord, limitBytes: number): MemoryGroup {
    const group = new MemoryGroup(record);
    mkdirSync(record.directory);
    try {
      group.#write(group.#dialect.limit, limitBytes);
      const { file, value } = group.#dialect.swap;
      if (existsSync(join(record.directory, file))) group.#write(file, value(limitBytes)); // absent where swap is not accounted
    } catch (error) {
      rmdirSync(record.directory);
      throw error;
    }
    return group;
  }

  /** Finds a group again, which may be gone. */
  static open(record: GroupRecord): MemoryGroup {
    return new MemoryGroup(record);
  }

  command(argv: readonly string[]): readonly string[] {
    return ['/bin/sh', '-c', ENTER, this.#record.directory, ...argv];
  }

  adopt(): void {
    // the program entered by itself
  }

  record(): GroupRecord {
    return this.#record;
  }

  usedBytes(): number {
    const stat = this.#read('memory.stat');
    const { unreclaimable, cache } = this.#dialect;
    const line = (name: string): number => numberAfter(name, stat) ?? 0;
    const usedBytes = unreclaimable.reduce((sum, name) => sum + line(name), 0);
    this.#mostUsedBytes = Math.max(this.#mostUsedBytes, usedBytes);
    this.#mostCacheBytes = Math.max(this.#mostCacheBytes, line(cache.files) - line(cache.inMemory));
    return usedBytes;
  }

  peakBytes(): number {
    this.usedBytes(); // what cache is left at the end is often the most there was
    return Math.max(this.#mostUsedBytes, this.#highestBytes() - this.#mostCacheBytes);
  }

  mustBeKilled(): boolean {
    return false; // the kernel does it
  }

  oomKills(): number | null {
    return numberAfter('oom_kill', this.#read(this.#dialect.oomKills)) ?? null;
  }

  hasReachedLimit(): boolean {
    const limitBytes = Number(this.#read(this.#dialect.limit));
    return limitBytes > 0 && this.#highestBytes() >= limitBytes - CHARGE_SLACK_BYTES;
  }

  members(): readonly number[] {
    return this.#read('cgroup.procs').split('\n').filter(Boolean).map(Number);
  }

  remove(): boolean {
    try {
      rmdirSync(this.#record.directory);
      return true;
    } catch (error) {
      if (systemErrorCode(error) === 'EBUSY') return false; // its last process is still being buried
      if (systemErrorCode(error) === 'ENOENT') return true;
      throw error;
    }
  }

  #highestBytes(): number {
    return Number(this.#read(this.#dialect.highest));
  }

  #write(file: string, value: number): void {
    writeFileSync(join(this.#record.directory, file), String(value));
  }

  /** Empty when the group or the file does not exist. */
  #read(file: string): string {
    try {
      return readFileSync(join(this.#record.directory, file), 'utf8');
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'ENODEV') return '';
      throw error;
    }
  }
}

function numberAfter(name: string, text: string): number | undefined {
  const digits = new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
