import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { STOP_REASONS, type StopReason } from '../../contracts/stop-reason.js';
import type { Vitals } from '../platform.js';
import { createJsonOnce, findJson, readTail, writeJsonAtomically } from './atomic-file.js';
import type { ProcessIdentity } from './process-identity.js';
import { isIdentity } from './process-identity.js';
import type { StateFile } from './state-file.js';
import type { SupervisorPlan } from './supervisor-plan.js';

/**
 * What is kept of one job: `<stateDir>/jobs/<name>/` with
 * - `plan.json`: everything that the supervisor needs; written by submit
 * - `owner.json`: which process answers for the job; made once, so that a job can never have two
 * - `stop.json`: why it shall stop; made once, so the first reason counts
 * - `state.json`: how it stands; replaced as a whole
 * - `vitals.json`: signs of life of a running job; replaced every second
 * - `log.txt`: stdout and stderr of the job together
 * - `supervisor.log`: how the supervisor failed, if it did
 */
export class JobFolder {
  private constructor(readonly path: string) {}

  /** The folder of a key; it need not exist. */
  static of(stateDir: string, key: string): JobFolder {
    return new JobFolder(join(jobsDirectory(stateDir), folderName(key)));
  }

  /** The folder at a path. */
  static at(path: string): JobFolder {
    return new JobFolder(path);
  }

  get logPath(): string {
    return join(this.path, 'log.txt');
  }

  get supervisorLogPath(): string {
    return join(this.path, 'supervisor.log');
  }

  make(): void {
    mkdirSync(this.path, { recursive: true });
  }

  /** Of all who claim a job, one gets true; it alone may start the job or give it up. */
  claim(owner: ProcessIdentity): boolean {
    return createJsonOnce(join(this.path, 'owner.json'), owner);
  }

  findOwner(): ProcessIdentity | undefined {
    const owner = findJson(join(this.path, 'owner.json'));
    return isIdentity(owner) ? owner : undefined;
  }

  /** Asks for a stop; the first reason stays. */
  requestStop(reason: StopReason): void {
    createJsonOnce(join(this.path, 'stop.json'), { reason });
  }

  findStopRequest(): StopReason | null {
    const request = findJson(join(this.path, 'stop.json'));
    if (typeof request !== 'object' || request === null || !('reason' in request)) return null;
    const { reason } = request;
    return STOP_REASONS.find((known) => known === reason) ?? null;
  }

  writePlan(plan: SupervisorPlan): void {
    writeJsonAtomically(join(this.path, 'plan.json'), plan);
  }

  /**
   * Reads the plan, for the supervisor. It was written whole by this same release a moment ago and is not parsed by a schema:
   * the schema library would double the supervisor's start.
   */
  loadPlan(): SupervisorPlan {
    return JSON.parse(readFileSync(join(this.path, 'plan.json'), 'utf8')) as SupervisorPlan;
  }

  /** The plan as it lies there, for those who parse it. */
  findPlan(): unknown {
    return findJson(join(this.path, 'plan.json'));
  }

  writeState(state: StateFile): void {
    writeJsonAtomically(join(this.path, 'state.json'), state);
  }

  /** The state as it lies there, for those who parse it. */
  findState(): unknown {
    return findJson(join(this.path, 'state.json'));
  }

  /** Signs of life are worth nothing when they cannot be kept: a full disk must not end the job that fills it. */
  writeVitals(vitals: Vitals): void {
    try {
      writeJsonAtomically(join(this.path, 'vitals.json'), vitals);
    } catch {
      return; // the last ones grow stale, and nobody believes them any more
    }
  }

  /** The signs of life as they lie there, unless they are older than `maxAgeMs`: then their supervisor does not look any more. */
  findVitals(maxAgeMs: number): unknown {
    const path = join(this.path, 'vitals.json');
    const writtenMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return Date.now() - writtenMs > maxAgeMs ? undefined : findJson(path);
  }

  logTail(bytes: number): string {
    return readTail(this.logPath, bytes).toString('utf8');
  }
}

/** Where the folders of all jobs lie. */
export function jobsDirectory(stateDir: string): string {
  return join(stateDir, 'jobs');
}

/** A key holds slashes and may differ from another in case alone; a folder's name must not. The hash tells them apart. */
function folderName(key: string): string {
  const readable = key.replaceAll(/[^A-Za-z0-9._-]+/g, '_').slice(0, 80);
  return `${readable}-${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
}
