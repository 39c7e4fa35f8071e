import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { formatBytes } from '../../contracts/bytes.js';
import { findJson, writeJsonAtomically } from './atomic-file.js';
import type { ProcessIdentity } from './process-identity.js';
import { isIdentity, isRunning } from './process-identity.js';

/** What a job wants of the machine's memory, and the process that holds it: when that one dies, the claim is void. */
export interface Claim {
  readonly key: string;
  readonly memoryBytes: number;
  readonly holder: ProcessIdentity;
}

/** A place in the queue, kept for as long as the job runs; the file's name. */
export type Ticket = string;

/** May the job start? If not, why not, for people. */
export type Turn = { readonly granted: true } | { readonly granted: false; readonly message: string };

/**
 * Divides the machine's memory among jobs, first come, first served, with no process in charge and no lock that could go stale:
 * Lamport's bakery algorithm on files. Who comes shows that it is choosing, takes a number above all that it sees, and may start once
 * nobody is choosing and all that stand before it, running or waiting, leave enough room.
 * @see https://lamport.azurewebsites.net/pubs/bakery.pdf
 */
export class MemoryLedger {
  readonly #directory: string;
  readonly #budgetBytes: number;

  constructor({ directory, budgetBytes }: { readonly directory: string; readonly budgetBytes: number }) {
    this.#directory = directory;
    this.#budgetBytes = budgetBytes;
    mkdirSync(directory, { recursive: true });
  }

  /** Takes a place at the end of the queue. */
  join(claim: Claim): Ticket {
    const name = `${claim.holder.pid}-${randomBytes(4).toString('hex')}`;
    const choosing = join(this.#directory, `choosing-${name}`);
    writeJsonAtomically(choosing, claim);
    const last = this.#names('ticket-').at(-1);
    const number = last === undefined ? 1 : Number(last.split('-')[1]) + 1;
    const ticket = `ticket-${String(number).padStart(12, '0')}-${name}`;
    writeJsonAtomically(join(this.#directory, ticket), claim);
    rmSync(choosing);
    return ticket;
  }

  /** Asks whether the holder of a ticket may start now. Once granted, it stays granted. */
  turn(ticket: Ticket, memoryBytes: number): Turn {
    // The order of the two listings matters: whoever is not choosing any more has its ticket in the second one.
    if (this.#claims('choosing-').length > 0) return { granted: false, message: 'another job is taking its number' };
    const ahead = this.#claims('ticket-').filter(({ name }) => name < ticket);
    const aheadBytes = sum(ahead.map(({ claim }) => claim.memoryBytes));
    if (ahead.length === 0 || aheadBytes + memoryBytes <= this.#budgetBytes) return { granted: true };
    const jobs = ahead.map(({ claim }) => `${claim.key} (${formatBytes(claim.memoryBytes)})`);
    const freeBytes = Math.max(0, this.#budgetBytes - sum(granted(ahead, this.#budgetBytes)));
    return {
      granted: false,
      message: `waits for ${jobs.join(', ')}: needs ${formatBytes(memoryBytes)}, ${formatBytes(freeBytes)} of ${formatBytes(this.#budgetBytes)} are free`,
    };
  }

  /** Gives the memory back. */
  leave(ticket: Ticket): void {
    rmSync(join(this.#directory, ticket), { force: true });
  }

  /** The claims of living holders, in order; those of dead ones are removed. Names are never used twice, so no living one is hit. */
  #claims(prefix: string): readonly { readonly name: string; readonly claim: Claim }[] {
    return this.#names(prefix).flatMap((name) => {
      const claim = findJson(join(this.#directory, name));
      if (isClaim(claim) && isRunning(claim.holder)) return { name, claim };
      this.leave(name);
      return [];
    });
  }

  #names(prefix: string): readonly string[] {
    return readdirSync(this.#directory)
      .filter((name) => name.startsWith(prefix))
      .sort();
  }
}

/** Sizes of those that run: each whose sum with all before it fits. */
function granted(ahead: readonly { readonly claim: Claim }[], budgetBytes: number): readonly number[] {
  const sizes = ahead.map(({ claim }) => claim.memoryBytes);
  return sizes.filter((_, index) => index === 0 || sum(sizes.slice(0, index + 1)) <= budgetBytes);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function isClaim(value: unknown): value is Claim {
  return (
    typeof value === 'object' &&
    value !== null &&
    'key' in value &&
    typeof value.key === 'string' &&
    'memoryBytes' in value &&
    typeof value.memoryBytes === 'number' &&
    'holder' in value &&
    isIdentity(value.holder)
  );
}
