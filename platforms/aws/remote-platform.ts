import { setTimeout as sleep } from 'node:timers/promises';
import { assertNever } from '../../contracts/assert-never.js';
import type { Evidence } from '../../contracts/evidence.js';
import { TemperedError } from '../../contracts/failure.js';
import type { JobSpec } from '../../contracts/job.js';
import type { JobHandle } from '../../contracts/job-handle.js';
import type { Offer } from '../../contracts/offer.js';
import type { Resources } from '../../contracts/resources.js';
import type { Usage } from '../../contracts/usage.js';
import { classify } from '../../recovery/classify.js';
import type { Storage } from '../../storage/storage.js';
import type { Finding } from '../finding.js';
import type { StopReason } from '../../contracts/stop-reason.js';
import { LOG_TAIL_BYTES } from '../log-tail.js';
import type { JobState, Pacing, Platform } from '../platform.js';
import { refuseTooLarge } from '../refuse-too-large.js';
import type { LogReader, LogReading } from '../job-log.js';
import { faultOf, wordsOf } from './aws-fault.js';
import { lazily } from './client-settings.js';
import { uploadCode } from '../remote/code-bundle.js';
import { jobName } from './job-name.js';
import { RemoteJobFolder } from '../remote/remote-job-folder.js';
import type { FoundLog, ReadLog, RemoteJob, RemoteService, ServiceState } from './remote-service.js';
import { lookAt, requireAll } from './requirement.js';
import { startOnce } from './start-once.js';

/** What a remote platform works with. */
export interface RemoteSurroundings {
  readonly storage: Storage;
  /** Folder that holds `jobs/`. */
  readonly projectRoot: string;
  /** How the platform waits; tests wait less. */
  readonly patience?: Partial<Patience>;
}

/** Waits of a remote platform, in milliseconds. */
interface Patience {
  /** For a log that is not there yet; the service's own by default. */
  readonly logMs: number;
  /** For a claim whose owner does not get on. */
  readonly claimMs: number;
  /** Between two looks at a job that is stopping, at first. */
  readonly stopMs: number;
}

/** Looks at a stopping job, and for a late log, grow apart up to this. */
const LONGEST_PAUSE_MS = 15_000;
const SHORTEST_PAUSE_MS = 1_000;
const PAUSE_GROWTH = 1.7;

/** A service's clock and the storage's need not agree. */
const CLOCK_SKEW_MS = 5 * 60_000;

type RunningState = Extract<ServiceState, { kind: 'queued' | 'running' }>;

/**
 * A service far away as a platform. What must outlive a worker stands in the job's folder in the storage (see `RemoteJobFolder`): the id of
 * the job, a refusal, and the wish to stop, which a submit that comes later finds.
 */
export class RemotePlatform implements Platform {
  readonly name: string;
  readonly largest: Resources;
  readonly sizes?: readonly Resources[];
  readonly hostBytesOf?: NonNullable<Offer['hostBytesOf']>;
  readonly usageOf?: NonNullable<Offer['usageOf']>;
  /** A poll is two requests: at a minute's distance 120 an hour, with the denser ones at the start under 150. */
  readonly pacing: Pacing = { firstMs: 5_000, maxMs: 60_000 };
  readonly #ready: () => Promise<void>;

  constructor(
    private readonly service: RemoteService,
    private readonly surroundings: RemoteSurroundings,
  ) {
    this.name = service.name;
    this.largest = service.offer.largest;
    if (service.offer.sizes) this.sizes = service.offer.sizes;
    if (service.offer.hostBytesOf) this.hostBytesOf = service.offer.hostBytesOf;
    if (service.offer.usageOf) this.usageOf = service.offer.usageOf;
    this.#ready = lazily(() => requireAll(service.requirements()));
  }

  /**
   * @throws {TemperedError} `WRONG_INPUT` for a job that can never run there, and for a profile that the service refuses;
   *   `PLATFORM_UNAVAILABLE` when the service cannot be asked
   */
  async submit(job: JobSpec, alive: () => void = () => undefined): Promise<JobHandle> {
    this.#refuseImpossible(job);
    const folder = this.#folder(job.key);
    const known = await folder.findSubmitted();
    if (known !== undefined) return this.#handle(job, known);
    if ((await folder.findStop()) !== null || (await folder.findRefusal()) !== undefined) return this.#handle(job);
    await this.#ready();
    const id = await this.#start(job, folder, alive);
    if (id === undefined) return this.#handle(job);
    // A stop that did not find the job yet has left its wish; from here on every stop finds it.
    if ((await folder.findStop()) !== null) await this.#end(id, job.key);
    return this.#handle(job, id);
  }

  async poll({ key, id: handleId }: JobHandle): Promise<JobState> {
    const folder = this.#folder(key);
    const id = handleId === key ? await folder.findSubmitted() : handleId;
    if (id === undefined) return this.#unstarted(folder);
    const state = await this.service.describe(id);
    if (!isUnderWay(state) && state.kind !== 'absent') await this.service.conclude?.(id, key);
    switch (state.kind) {
      case 'queued':
        return state;
      case 'running':
        return { kind: 'running', progress: state.progress ?? (await folder.findProgress()), vitals: null };
      case 'succeeded':
        return { kind: 'exited', seconds: state.seconds, peakBytes: 0, oomKills: null, ...billed(state) };
      case 'failed':
      case 'stopped':
        return this.#failed(folder, id, state);
      case 'absent':
        return { kind: 'lost', message: state.message };
      default:
        return assertNever('state', state);
    }
  }

  async stop({ key, id: handleId }: JobHandle, reason: StopReason): Promise<void> {
    const folder = this.#folder(key);
    const known = handleId === key ? await folder.findSubmitted() : handleId;
    if (known !== undefined && !isUnderWay(await this.service.describe(known))) return this.#end(known, key);
    await folder.noteStop(reason);
    // Noted before it is looked for: whoever submits it at this moment looks for the note after the start.
    const id = known ?? (await this.#findStarted(folder));
    if (id !== undefined) await this.#end(id, key);
  }

  async logs({ key, id: handleId }: JobHandle, bytes: number): Promise<string> {
    const id = handleId === key ? await this.#folder(key).findSubmitted() : handleId;
    if (id === undefined) return '';
    return (await this.service.findLog(id, bytes))?.text ?? '';
  }

  async readLog({ key, id: handleId }: JobHandle, reader: LogReader): Promise<LogReading> {
    const folder = this.#folder(key);
    const id = handleId === key ? await folder.findSubmitted() : handleId;
    if (id === undefined) {
      const refusal = await folder.findRefusal();
      const awaits =
        refusal === undefined ? 'the job was never started' : `${this.name} did not take the job: ${refusal}`;
      return { position: reader.from, isWhole: true, awaits };
    }
    // Looked at before the log, so that the last words are not missed.
    const state = await this.service.describe(id);
    if (state.kind === 'queued') return { position: reader.from, isWhole: false, awaits: state.message };
    if (state.kind === 'absent') return { position: reader.from, isWhole: true, awaits: state.message };
    const endedAt = state.kind === 'running' ? null : (state.endedAt ?? new Date(0));
    const read = await this.service.readLog(id, reader, endedAt);
    return { ...read, ...this.#outlookOf(state, read) };
  }

  async logPlaces({ key, id: handleId }: JobHandle): Promise<readonly string[]> {
    const id = handleId === key ? await this.#folder(key).findSubmitted() : handleId;
    return id === undefined ? [] : this.service.logPlaces(id);
  }

  check(): Promise<readonly Finding[]> {
    return lookAt(this.service.requirements());
  }

  /** What can still be hoped for of a log, now that so much of it has been read. */
  #outlookOf(
    state: Exclude<ServiceState, { kind: 'queued' | 'absent' }>,
    { position, isWhole }: ReadLog,
  ): Pick<LogReading, 'isWhole' | 'awaits'> {
    if (isWhole) return { isWhole, awaits: null };
    const hasText = Object.keys(position).length > 0;
    const { logDelivery, logDelayMs } = this.service;
    if (state.kind === 'running') return { isWhole, awaits: hasText ? null : logDelivery };
    if (state.kind === 'failed' && !state.hasLog) return { isWhole: true, awaits: 'the job never got to run' };
    const delay = `${String(Math.round(logDelayMs / 60_000))} min`;
    const isLate = Date.now() - (state.endedAt?.getTime() ?? 0) > logDelayMs;
    return isLate
      ? { isWhole: true, awaits: hasText ? null : `no log came within ${delay} of the job's end` }
      : { isWhole: false, awaits: `the job is over; its last words may take ${delay} (${logDelivery})` };
  }

  /** @returns undefined when the service has no room for it, which is noted */
  async #start(job: JobSpec, folder: RemoteJobFolder, alive: () => void): Promise<string | undefined> {
    const { storage, projectRoot, patience } = this.surroundings;
    const code = await uploadCode(storage, projectRoot, job.entry);
    const remote: RemoteJob = { spec: job, name: jobName(job.stage, job.key), code, jobUri: folder.jobUri, alive };
    try {
      const id = this.service.startsOnce
        ? await this.#startClaimed(remote, folder)
        : await startOnce({
            folder,
            start: () => this.service.start(remote),
            find: (since) => this.#find(remote.name, since),
            claimMs: patience?.claimMs,
          });
      return await folder.noteSubmitted(id);
    } catch (error) {
      if (!(error instanceof TemperedError) || faultOf(error.cause) !== 'capacity') throw error;
      await folder.noteRefused(wordsOf(error.cause));
      return undefined;
    }
  }

  /** The claim tells a stop that the job may be there before its id is noted. */
  async #startClaimed(job: RemoteJob, folder: RemoteJobFolder): Promise<string> {
    await folder.claim(1);
    return this.service.start(job);
  }

  /** A job that was asked for, but whose id nobody has noted. */
  async #findStarted(folder: RemoteJobFolder): Promise<string | undefined> {
    const since = await folder.findClaim(1);
    const job = since && (await folder.findJob());
    return job && this.#find(jobName(job.stage, job.jobKey), since);
  }

  #find(name: string, since: Date): Promise<string | undefined> {
    return this.service.find(name, new Date(since.getTime() - CLOCK_SKEW_MS));
  }

  /** Returns when the job is over. */
  async #end(id: string, key: string): Promise<void> {
    let isAsked = false;
    let pauseMs = this.surroundings.patience?.stopMs ?? SHORTEST_PAUSE_MS;
    for (;;) {
      const state = await this.service.describe(id);
      if (state.kind === 'absent') return;
      if (!isUnderWay(state)) {
        await this.service.conclude?.(id, key);
        return;
      }
      if (!isAsked && !(state.kind === 'running' && state.isStopping)) await this.service.cancel(id);
      isAsked = true;
      await sleep(pauseMs);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * PAUSE_GROWTH);
    }
  }

  async #unstarted(folder: RemoteJobFolder): Promise<JobState> {
    const [refusal, stopRequested] = [await folder.findRefusal(), await folder.findStop()];
    if (refusal === undefined && stopRequested === null) {
      return { kind: 'lost', message: `${this.name} knows no such job, and nobody noted one` };
    }
    const evidence: Evidence = {
      engine: this.service.evidenceEngine,
      exit: null,
      reason: refusal ?? null,
      stopRequested,
    };
    return { kind: 'failed', evidence, seconds: 0, peakBytes: null };
  }

  async #failed(
    folder: RemoteJobFolder,
    id: string,
    state: Extract<ServiceState, { kind: 'failed' | 'stopped' }>,
  ): Promise<JobState> {
    const [job, own, stop] = await Promise.all([folder.findJob(), folder.findError(), folder.findStop()]);
    const exitCode = state.kind === 'failed' ? state.exitCode : null;
    const known: Evidence = {
      engine: this.service.evidenceEngine,
      exit: exitOf(exitCode),
      reason: state.reason,
      errorClass: own?.errorClass ?? null,
      errorMessage: own?.message ?? null,
      memory: { limitBytes: job?.resources.memoryBytes ?? null, peakBytes: null },
      // A job that somebody else stopped was cancelled as well: to start it again would be against that wish.
      stopRequested: stop ?? (state.kind === 'stopped' ? 'cancel' : null),
      unasked: state.kind === 'failed' ? (state.unasked ?? null) : null,
    };
    const isAwaited = state.kind === 'failed' && state.hasLog && !isKnownKill(known);
    const log = await this.#findLog(id, isAwaited);
    const exit = known.exit ?? (state.kind === 'failed' ? exitOf(log?.exitCode ?? null) : null);
    const evidence: Evidence = { ...known, exit, logTail: log?.text ?? null };
    return { kind: 'failed', evidence, seconds: state.seconds, peakBytes: null, ...billed(state) };
  }

  /** A job's log as it is, or waited for: services deliver it late. */
  async #findLog(id: string, isAwaited: boolean): Promise<FoundLog | null> {
    const patienceMs = isAwaited ? (this.surroundings.patience?.logMs ?? this.service.logDelayMs) : 0;
    let waitedMs = 0;
    for (let pauseMs = SHORTEST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * PAUSE_GROWTH)) {
      const log = await this.service.findLog(id, LOG_TAIL_BYTES);
      if (log?.isWhole === true || waitedMs >= patienceMs) return log;
      await sleep(pauseMs);
      waitedMs += pauseMs;
    }
  }

  #refuseImpossible(job: JobSpec): void {
    const { key, stage, engine, jobDirUri } = job;
    const { engines } = this.service;
    if (!engines.includes(engine)) {
      throw new TemperedError(
        'WRONG_INPUT',
        `stage ${stage} is a ${engine} job; ${this.name} runs ${engines.join(' and ')} jobs`,
        {
          field: `stages.${stage}.platform`,
          advice: `set stages.${stage}.platform in tempered.json to another platform`,
        },
      );
    }
    if (!jobDirUri.startsWith('s3://')) {
      throw new TemperedError('WRONG_INPUT', `job ${key} lies at ${jobDirUri}; ${this.name} reads s3:// only`, {
        field: 'storage.root',
        advice: 'set storage.root in tempered.json to s3://bucket/prefix',
      });
    }
    refuseTooLarge(job, this.largest, { who: `one worker of ${this.name}`, advice: 'give the stage less memory' });
  }

  #folder(key: string): RemoteJobFolder {
    return new RemoteJobFolder(this.surroundings.storage, key);
  }

  /** Without an id: a job that was never started, whose folder says why. */
  #handle({ key }: JobSpec, id = key): JobHandle {
    return { platform: this.name, key, id };
  }
}

/** A job of which its service says that it was killed for memory. It had no last words, and many write nothing before: no log may ever come. */
function isKnownKill(evidence: Evidence): boolean {
  const { kind, certainty, region } = classify(evidence);
  return kind === 'out-of-memory' && certainty === 'definite' && (region === 'host' || region === 'container');
}

function exitOf(code: number | null): Evidence['exit'] {
  return code === null ? null : { code, signal: null };
}

function isUnderWay(state: ServiceState): state is RunningState {
  return state.kind === 'queued' || state.kind === 'running';
}

function billed({ usage }: { readonly usage?: Usage }): { readonly usage?: Usage } {
  return usage ? { usage } : {};
}
