import type { Vitals } from '../platform.js';
import { findWork } from './process-table.js';
import type { ProcessWork } from './process-table.js';

/**
 * Sums the work of a changing set of processes: CPU time, and bytes moved from and to disks. Each reading asks every process for its
 * own work and for that of the children it has buried. A process that somebody outside buries takes its work with it, so what vanishes
 * is added again: the sums never fall. They may count a process twice that ends during a reading, and never count less than was seen.
 */
export class WorkMeter {
  #known: ReadonlyMap<number, ProcessWork> = new Map();
  readonly #cpuSeconds = new RisingSum();
  readonly #diskBytes = new RisingSum();

  /**
   * @param members pids of what runs now; zombies may be left out, they are asked as long as they are there
   * @returns the sums so far; null for what the system has never told of any process
   */
  read(members: readonly number[]): Omit<Vitals, 'oomKills'> {
    const living = new Set(members);
    const work = new Map<number, ProcessWork>();
    for (const pid of new Set([...this.#known.keys(), ...living])) {
      const found = findWork(pid);
      const isSame = found?.startedAt === this.#known.get(pid)?.startedAt; // a pid may be used again by a process of others
      if (found && (isSame || living.has(pid))) work.set(pid, found);
    }
    this.#known = work;
    const all = [...work.values()];
    return {
      cpuSeconds: this.#cpuSeconds.after(all.map((each) => each.cpuSeconds)),
      diskBytes: this.#diskBytes.after(all.flatMap((each) => each.diskBytes ?? [])),
    };
  }
}

/** A sum over parts that come and go; it keeps what vanishes. */
class RisingSum {
  #last: number | null = null;
  #vanished = 0;

  after(parts: readonly number[]): number | null {
    if (parts.length === 0 && this.#last === null) return null;
    const now = parts.reduce((sum, part) => sum + part, 0);
    this.#vanished += Math.max(0, (this.#last ?? 0) - now);
    this.#last = now;
    return this.#vanished + now;
  }
}
