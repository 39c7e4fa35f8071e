import { setTimeout as sleep } from 'node:timers/promises';
import { TemperedError } from '../../contracts/failure.js';
import type { JobHandle } from '../../contracts/job-handle.js';
import type { JobSpec } from '../../contracts/job.js';
import type { Resources } from '../../contracts/resources.js';
import type { Storage } from '../../storage/storage.js';
import { bundleCode } from '../remote/code-bundle.js';
import { RemoteJobFolder } from '../remote/remote-job-folder.js';
import type { StopReason } from '../../contracts/stop-reason.js';
import { LOG_TAIL_BYTES } from '../log-tail.js';
import type { JobState, Pacing, Platform } from '../platform.js';
import { refuseTooLarge } from '../refuse-too-large.js';
import type { LogReader, LogReading } from '../job-log.js';
import { failedState, isOver, neverStarted, secondsOf } from './job-state.js';
import { startFromPackage, startOnSharedDisk, type SentCode, type SharedCode } from './job-start.js';
import { RayJobsApi, type RayJob } from './jobs-api.js';
import { submissionIdOf } from './submission-id.js';
import { submissionOf, type JobStart } from './submission.js';

/** A cluster, what a job may have of it, and where its code is. */
export interface RayClusterOptions {
  /** Address of the dashboard, as `http://10.0.0.5:8265`. */
  readonly address: string;
  /** The largest job that a node of the cluster can run. */
  readonly memoryBytes: number;
  readonly cpus: number;
  /** Shared where the storage is on a disk that the nodes share, sent where it is in S3. */
  readonly code: SharedCode | SentCode;
  readonly storage: Storage;
}

/** Ray keeps one log for a job. */
const LOG_PART = 'log';

const NOTHING_YET = 'the job has printed nothing yet';

/** Ray gives a program 3 s to end and then kills it; a head that is busy takes longer to say so. */
const STOP_CONFIRMED_WITHIN_MS = 60_000;
const STOP_ASKED_EVERY_MS = 200;

/**
 * Jobs on a Ray cluster that is there, by the Ray Jobs API. The id of a job follows from its key, so whoever submits, asks or stops
 * speaks of the same job. Ray keeps its jobs in the head: when that is restarted they are gone, and a job without a result is lost.
 */
export class RayClusterPlatform implements Platform {
  readonly name = 'ray-cluster';
  readonly largest: Resources;
  /** The head answers in milliseconds; it is ours, and nobody counts its calls. */
  readonly pacing: Pacing = { firstMs: 200, maxMs: 5000 };
  readonly #api: RayJobsApi;
  readonly #code: SharedCode | SentCode;
  readonly #storage: Storage;

  constructor({ address, memoryBytes, cpus, code, storage }: RayClusterOptions) {
    this.largest = { memoryBytes, cpus, diskBytes: Number.MAX_SAFE_INTEGER };
    this.#api = new RayJobsApi(address);
    this.#code = code;
    this.#storage = storage;
  }

  /**
   * @throws {TemperedError} `WRONG_INPUT` for a job that can never run here; `PLATFORM_UNAVAILABLE` when the cluster does not answer
   */
  async submit(job: JobSpec): Promise<JobHandle> {
    this.#refuseImpossible(job);
    const id = submissionIdOf(job.key);
    const handle: JobHandle = { platform: this.name, key: job.key, id };
    const folder = new RemoteJobFolder(this.#storage, job.key);
    if ((await this.#api.find(id)) ?? (await folder.findStop()) !== null) return handle;
    const refusal = await this.#api.submit(submissionOf(job, await this.#startOf(job)));
    // Of two that submit at once Ray refuses one, and the job is there all the same.
    if (refusal !== null && (await this.#api.find(id)) === undefined) {
      throw new TemperedError(
        'PLATFORM_UNAVAILABLE',
        `the Ray cluster at ${this.#api.address} does not start job ${id}: ${refusal}`,
      );
    }
    return handle;
  }

  async poll({ key }: JobHandle): Promise<JobState> {
    const id = submissionIdOf(key);
    const folder = new RemoteJobFolder(this.#storage, key);
    const job = await this.#api.find(id);
    switch (job?.status) {
      case undefined:
        return this.#forgotten(folder);
      case 'PENDING':
        return this.#pending(job, folder);
      case 'RUNNING':
        return { kind: 'running', progress: await folder.findProgress(), vitals: null };
      case 'SUCCEEDED': {
        const result = await folder.findResult();
        return { kind: 'exited', seconds: secondsOf(job), peakBytes: result?.peakBytes ?? 0, oomKills: null };
      }
      case 'FAILED':
      case 'STOPPED': {
        const [stopRequested, account, logTail] = await Promise.all([
          folder.findStop(),
          folder.findError(),
          this.#logTail(id, LOG_TAIL_BYTES),
        ]);
        return failedState(job, { stopRequested, account, logTail });
      }
    }
  }

  async stop({ key }: JobHandle, reason: StopReason): Promise<void> {
    const id = submissionIdOf(key);
    const folder = new RemoteJobFolder(this.#storage, key);
    const job = await this.#api.find(id);
    if (job && isOver(job)) return;
    // Before Ray is asked: a submit on its way finds it, and so does a program that is just about to begin.
    await folder.noteStop(reason);
    if (!(await this.#api.stop(id))) return;
    const deadline = performance.now() + STOP_CONFIRMED_WITHIN_MS;
    while (!(await this.#hasStopped(id))) {
      if (performance.now() > deadline) {
        throw new TemperedError(
          'PLATFORM_UNAVAILABLE',
          `the Ray cluster at ${this.#api.address} was asked to stop job ${id} a minute ago, and it still runs`,
        );
      }
      await sleep(STOP_ASKED_EVERY_MS);
    }
  }

  logs({ key }: JobHandle, bytes: number): Promise<string> {
    return this.#logTail(submissionIdOf(key), bytes);
  }

  /** Ray gives the whole log each time; what the reader has is left out. */
  async readLog({ key }: JobHandle, { from, take }: LogReader): Promise<LogReading> {
    const id = submissionIdOf(key);
    const job = await this.#api.find(id); // before the log, so that the last words are not missed
    if (job === undefined) {
      return { position: from, isWhole: true, awaits: `the Ray cluster at ${this.#api.address} does not know the job` };
    }
    const had = from[LOG_PART]?.bytes ?? 0;
    const { said, hasBegun } = await this.#saidBy(id);
    // What Ray says of its own preparations is told when nothing else came of them.
    if (!hasBegun && !isOver(job)) return { position: from, isWhole: false, awaits: job.message ?? NOTHING_YET };
    if (said.length > had) take(said.subarray(had));
    const awaits = said.length > 0 || isOver(job) ? null : NOTHING_YET;
    const bytes = Math.max(had, said.length);
    return { position: { [LOG_PART]: { bytes, tag: null } }, isWhole: isOver(job), awaits };
  }

  logPlaces({ key }: JobHandle): Promise<readonly string[]> {
    return Promise.resolve([`${this.#api.address}/#/jobs/${submissionIdOf(key)}`]);
  }

  async #startOf(job: JobSpec): Promise<JobStart> {
    if (this.#code.kind === 'shared') return startOnSharedDisk(job, this.#code);
    const { archive, sha256, entry } = await bundleCode(this.#code.projectRoot, job.entry);
    return startFromPackage(job, this.#code, { uri: await this.#api.keepPackage(sha256, archive), entry });
  }

  /** A job that waits for resources cannot be stopped by Ray, but nothing of it runs, and nothing will: it looks for the request first. */
  async #hasStopped(id: string): Promise<boolean> {
    const job = await this.#api.find(id);
    return job === undefined || job.status === 'PENDING' || isOver(job);
  }

  /** Ray does not know the job. What it published before the head forgot it still counts. */
  async #forgotten(folder: RemoteJobFolder): Promise<JobState> {
    const result = await folder.findResult();
    if (result !== undefined) {
      const seconds = (Date.parse(result.endedAt) - Date.parse(result.startedAt)) / 1000;
      return { kind: 'exited', seconds, peakBytes: result.peakBytes, oomKills: null };
    }
    const stopRequested = await folder.findStop();
    if (stopRequested !== null) return neverStarted(stopRequested);
    const message = `the Ray cluster at ${this.#api.address} does not know it: its head was restarted, or the job was deleted`;
    return { kind: 'lost', message };
  }

  async #pending(job: RayJob, folder: RemoteJobFolder): Promise<JobState> {
    const stopRequested = await folder.findStop();
    if (stopRequested !== null) return neverStarted(stopRequested);
    return { kind: 'queued', message: job.message ?? 'Ray has not started it yet' };
  }

  async #logTail(id: string, bytes: number): Promise<string> {
    const { said } = await this.#saidBy(id);
    return said.subarray(Math.max(0, said.length - bytes)).toString('utf8');
  }

  /** What the job's own program printed; before it has begun, what Ray did for it. */
  async #saidBy(id: string): Promise<{ readonly said: Buffer; readonly hasBegun: boolean }> {
    const all = await this.#api.logs(id);
    // Ray notes first what it does itself, the command last.
    const own = /^Running entrypoint for job [^\n]*\n/m.exec(all);
    return { said: Buffer.from(own ? all.slice(own.index + own[0].length) : all), hasBegun: own !== null };
  }

  #refuseImpossible(job: JobSpec): void {
    if (job.engine === 'spark') {
      throw new TemperedError(
        'WRONG_INPUT',
        `stage ${job.stage} is a Spark job; a Ray cluster runs ray and python jobs`,
        {
          field: `stages.${job.stage}.platform`,
          found: this.name,
          allowed: 'local, emr, emr-serverless',
        },
      );
    }
    refuseTooLarge(job, this.largest, {
      who: 'a job of the Ray cluster',
      advice: 'raise rayCluster.memory in tempered.json, or give the stage less memory',
    });
  }
}
