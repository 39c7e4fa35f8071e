import { z } from 'zod';
import { JOB_FILES, JobError, JobFile, JobResult, Progress } from '../../contracts/job.js';
import { STOP_REASONS, type StopReason } from '../../contracts/stop-reason.js';
import { layout } from '../../storage/layout.js';
import { parseJson } from '../../storage/find-json.js';
import type { Storage } from '../../storage/storage.js';

/** What a platform notes beside a job's own files, each written once. */
export const NOTES = {
  /** The service's id of the job. */
  submitted: '_submitted.json',
  /** The service would not take the job for want of capacity or quota; says its reason. The job's last word. */
  refused: '_refused.json',
  /** Why the job shall stop. A job that has it before it was submitted is never started. */
  stop: '_stop.json',
} as const;

const Submitted = z.object({ id: z.string().min(1) });
const Refused = z.object({ reason: z.string() });
const Stop = z.object({ reason: z.enum(STOP_REASONS) });
const Claim = z.object({ at: z.iso.datetime() });

/** Somebody is about to ask the service for the job, or has asked. */
function claimFile(turn: number): string {
  return `_claim-${String(turn)}.json`;
}

/**
 * A remote job's folder in the storage: what the job tells, and what a platform notes so that the next worker knows. Every question is one
 * request.
 */
export class RemoteJobFolder {
  readonly #uri: string;

  constructor(
    private readonly storage: Storage,
    key: string,
  ) {
    this.#uri = layout.work(storage, key);
  }

  get jobUri(): string {
    return `${this.#uri}/${JOB_FILES.spec}`;
  }

  /** `job.json`; undefined before the submit. */
  findJob(): Promise<JobFile | undefined> {
    return this.#find(JOB_FILES.spec, JobFile);
  }

  /** The job's word on how far it is; null when there is none that can be understood. */
  async findProgress(): Promise<Progress | null> {
    return (await this.#find(JOB_FILES.progress, Progress)) ?? null;
  }

  /** The job's own account of its failure. */
  findError(): Promise<JobError | undefined> {
    return this.#find(JOB_FILES.error, JobError);
  }

  /** The job's result: it has succeeded, whatever became of it afterwards. */
  findResult(): Promise<JobResult | undefined> {
    return this.#find(JOB_FILES.result, JobResult);
  }

  /** Of all who claim the job one gets true; the others find since when it is claimed. A claim whose owner died is followed by the next. */
  claim(turn: number): Promise<boolean> {
    return this.#note(claimFile(turn), { at: new Date().toISOString() });
  }

  /** Since when the job is claimed; undefined when it is not. */
  async findClaim(turn: number): Promise<Date | undefined> {
    const claim = await this.#find(claimFile(turn), Claim);
    return claim && new Date(claim.at);
  }

  /** Gives a claim back: nothing was started under it. */
  dropClaim(turn: number): Promise<void> {
    return this.storage.remove(this.#child(claimFile(turn)));
  }

  /** Notes the service's id of the job. @returns the id that counts: the first one noted */
  async noteSubmitted(id: string): Promise<string> {
    if (await this.#note(NOTES.submitted, { id })) return id;
    return (await this.findSubmitted()) ?? id;
  }

  async findSubmitted(): Promise<string | undefined> {
    return (await this.#find(NOTES.submitted, Submitted))?.id;
  }

  async noteRefused(reason: string): Promise<void> {
    await this.#note(NOTES.refused, { reason });
  }

  async findRefusal(): Promise<string | undefined> {
    return (await this.#find(NOTES.refused, Refused))?.reason;
  }

  /** Asks for a stop; the first reason stays. */
  async noteStop(reason: StopReason): Promise<void> {
    await this.#note(NOTES.stop, { reason });
  }

  async findStop(): Promise<StopReason | null> {
    return (await this.#find(NOTES.stop, Stop))?.reason ?? null;
  }

  #note(name: string, content: object): Promise<boolean> {
    return this.storage.writeNew(this.#child(name), JSON.stringify(content));
  }

  async #find<T>(name: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const bytes = await this.storage.find(this.#child(name));
    return bytes && parseJson(bytes, schema);
  }

  #child(name: string): string {
    return `${this.#uri}/${name}`;
  }
}
