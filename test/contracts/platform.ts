import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EvidenceEngine } from '../../contracts/evidence.js';
import type { JobSpec } from '../../contracts/job.js';
import type { JobHandle } from '../../contracts/job-handle.js';
import type { JobState, Platform } from '../../platforms/platform.js';
import { z } from 'zod';
import type { LogPosition } from '../../platforms/job-log.js';
import { eventually, type Patience } from '../harness/eventually.js';
import * as programs from './programs.js';

/** What a platform gives so that the contract can be tried on it. */
export interface PlatformHarness {
  readonly platform: Platform;
  /** Whether it sees signs of life of a running job; where it does not, they are null. */
  readonly seesVitals: boolean;
  /** Whose words its evidence is in; the job's engine unless said otherwise. */
  readonly evidenceEngine?: EvidenceEngine;
  /** Whether something else, as a JVM around the program, writes into the same log. */
  readonly sharesLog?: boolean;
  /** How long a job's word on its progress may take until it can be seen. */
  readonly progressSeconds?: number;
  /** How long a step of a test may take, and how often the platform is asked. */
  readonly patience?: Patience;
  /** A second platform object on the same jobs: what a restarted worker has. */
  reopen(): Platform;
  /** Makes the job's folder with `job.json` and a Python program in it that really runs when the job is submitted. */
  makeJob(name: string, source: string, change?: Partial<JobSpec>): Promise<JobSpec>;
  /** How often {@link makeJob}'s program was started. */
  countStarts(job: JobSpec): Promise<number>;
  /** Ends what still runs and removes everything. */
  close(): Promise<void>;
}

/** The slowest step of any test: starting an interpreter on a busy machine. */
const PATIENCE: Patience = { withinMs: 30_000, everyMs: 20 };

/** Asks until the job is over. */
export function untilOver(
  platform: Platform,
  handle: JobHandle,
  patience = PATIENCE,
): Promise<Exclude<JobState, { kind: 'queued' | 'running' }>> {
  return eventually(async () => {
    const state = await platform.poll(handle);
    return state.kind !== 'queued' && state.kind !== 'running' && state;
  }, patience);
}

/** Asks until the job runs and its program has said so by its own first progress report. */
export function untilReporting(
  platform: Platform,
  handle: JobHandle,
  patience = PATIENCE,
): Promise<JobState & { kind: 'running' }> {
  return eventually(async () => {
    const state = await platform.poll(handle);
    return state.kind === 'running' && state.progress?.unit === programs.UNIT && state;
  }, patience);
}

/** What every platform promises; each one's tests call this with a way to make jobs on it. */
export function describePlatformContract(name: string, open: () => Promise<PlatformHarness>): void {
  describe(`the platform contract, ${name}`, () => {
    let harness: PlatformHarness;
    let platform: Platform;
    let patience = PATIENCE;
    beforeAll(async () => {
      harness = await open();
      ({ platform, patience = PATIENCE } = harness);
    });
    afterAll(() => harness.close());

    test('a job that ends with 0 has exited, and its time and memory are known', async () => {
      const handle = await platform.submit(await harness.makeJob('exits', programs.exitsWith(0)));
      const state = await untilOver(platform, handle, patience);
      expect(state).toMatchObject({ kind: 'exited' });
      expect(state.kind === 'exited' && state.seconds).toBeGreaterThan(0);
    });

    test('a job that ends with another code has failed, with the code and both streams in the evidence', async () => {
      const job = await harness.makeJob('fails', programs.exitsWith(3));
      const state = await untilOver(platform, await platform.submit(job), patience);
      expect(state).toMatchObject({
        kind: 'failed',
        evidence: { engine: harness.evidenceEngine ?? job.engine, stopRequested: null, errorClass: null },
      });
      expect(state.kind === 'failed' && state.evidence.exit).toEqual({ code: 3, signal: null });
      expect(state.kind === 'failed' && state.evidence.logTail).toMatch(/said to stdout[^]*said to stderr/);
    });

    test("a job's own account of its failure is in the evidence", async () => {
      const handle = await platform.submit(await harness.makeJob('explains', programs.failsWithAccount));
      await expect(untilOver(platform, handle, patience)).resolves.toMatchObject({
        kind: 'failed',
        evidence: { exit: { code: 1 }, errorClass: 'MemoryError', errorMessage: 'no room for 8 rows' },
      });
    });

    test('an account that is no valid account is left out', async () => {
      const handle = await platform.submit(await harness.makeJob('babbles', programs.failsWithGarbage));
      await expect(untilOver(platform, handle, patience)).resolves.toMatchObject({
        kind: 'failed',
        evidence: { exit: { code: 1 }, errorClass: null, errorMessage: null },
      });
    });

    test('submitting one key many times at once, and again later, starts one job', async () => {
      const job = await harness.makeJob('once', programs.exitsWith(0));
      const other = harness.reopen();
      const handles = await Promise.all([platform, other, platform, other].map((each) => each.submit(job)));
      expect(new Set(handles.map((handle) => JSON.stringify(handle))).size).toBe(1);
      await Promise.all(handles.map((handle) => untilOver(platform, handle, patience)));
      await untilOver(platform, await platform.submit(job), patience);
      await expect(harness.countStarts(job)).resolves.toBe(1);
    });

    test('progress is passed on, a worker that starts anew finds the running job, and garbage in its place is no progress', async () => {
      const source = programs.reportsThenGarbage(harness.progressSeconds ?? 0.5);
      const handle = await platform.submit(await harness.makeJob('reports', source));
      await expect(untilReporting(platform, handle, patience)).resolves.toMatchObject({
        progress: { done: 3, total: 7, unit: 'chunks' },
      });
      const other = harness.reopen();
      await eventually(async () => {
        const state = await other.poll(handle);
        return state.kind === 'running' && state.progress === null;
      }, patience);
      await other.stop(handle, 'cancel');
    });

    test('signs of life of a running job are told: they never fall, and count what its ended children did', async () => {
      const handle = await platform.submit(await harness.makeJob('works', programs.worksThenRests));
      const seen: { readonly cpuSeconds: number; readonly diskBytes: number }[] = [];
      await eventually(async () => {
        const state = await platform.poll(handle);
        if (state.kind !== 'running' || state.progress === null) return false;
        if (!harness.seesVitals) return state.vitals === null;
        if (state.vitals === null) return false;
        const { cpuSeconds, diskBytes } = state.vitals;
        seen.push({ cpuSeconds: cpuSeconds ?? Number.NaN, diskBytes: diskBytes ?? Number.NaN });
        return state.progress.message === 'resting' && (cpuSeconds ?? 0) >= 1;
      }, patience);
      for (const what of ['cpuSeconds', 'diskBytes'] as const) {
        const values = seen.map((each) => each[what]);
        expect(values).toEqual(values.toSorted((one, other) => one - other));
      }
      await platform.stop(handle, 'cancel');
    });

    test('a stopped job is over when stop returns, says why, and another stop changes nothing', async () => {
      const handle = await platform.submit(await harness.makeJob('stops', programs.runsOn));
      await untilReporting(platform, handle, patience);
      await Promise.all([platform.stop(handle, 'timeout'), harness.reopen().stop(handle, 'timeout')]);
      const state = await platform.poll(handle);
      expect(state).toMatchObject({ kind: 'failed', evidence: { stopRequested: 'timeout' } });
      await platform.stop(handle, 'cancel');
      expect(withoutLog(await platform.poll(handle))).toEqual(withoutLog(state));
    });

    test('stopping a job that is over leaves its end as it was', async () => {
      const handle = await platform.submit(await harness.makeJob('too-late', programs.exitsWith(0)));
      const state = await untilOver(platform, handle, patience);
      await platform.stop(handle, 'cancel');
      await expect(platform.poll(handle)).resolves.toEqual(state);
    });

    test('a job that is stopped before its submit arrives is never started', async () => {
      const job = await harness.makeJob('overtaken', programs.exitsWith(0));
      const known = await platform.submit(await harness.makeJob('known', programs.exitsWith(0)));
      await platform.stop({ ...known, key: job.key, id: job.key }, 'cancel');
      const handle = await platform.submit(job);
      await expect(untilOver(platform, handle, patience)).resolves.toMatchObject({
        evidence: { stopRequested: 'cancel', exit: null },
      });
      await expect(harness.countStarts(job)).resolves.toBe(0);
    });

    test('a job that nobody knows is lost', async () => {
      const handle = { platform: platform.name, key: 'nobody/knows-a1', id: 'nobody/knows-a1' };
      await expect(platform.poll(handle)).resolves.toMatchObject({ kind: 'lost' });
    });

    test('a job larger than the largest is refused, with both sizes named', async () => {
      const { memoryBytes } = platform.largest;
      const job = await harness.makeJob('huge', programs.exitsWith(0));
      const huge = { ...job, resources: { ...job.resources, memoryBytes: memoryBytes * 2 } };
      await expect(platform.submit(huge)).rejects.toMatchObject({
        code: 'WRONG_INPUT',
        message: expect.stringMatching(/needs [\d.]+ [KMGT]iB .* may use [\d.]+ [KMGT]iB/) as unknown,
      });
    });

    test('logs are the last bytes of what the job wrote', async () => {
      const handle = await platform.submit(await harness.makeJob('talks', programs.exitsWith(0)));
      await untilOver(platform, handle, patience);
      const said = 'said to stdout\nsaid to stderr\n';
      if (harness.sharesLog === true) {
        // What is there at first may have been brought while the job ran.
        const log = await eventually(async () => {
          const lines = (await platform.logs(handle, 2 ** 20)).split('\n');
          return (
            said
              .trimEnd()
              .split('\n')
              .every((line) => lines.includes(line)) && lines.join('\n')
          );
        }, patience);
        await expect(platform.logs(handle, 15)).resolves.toBe(log.slice(-15));
        return;
      }
      await expect(platform.logs(handle, 15)).resolves.toBe('said to stderr\n');
      await expect(platform.logs(handle, 2 ** 20)).resolves.toBe(said);
    });

    test('a log is read on from where the reading before ended, until it is whole, and people are told where it is', async () => {
      const handle = await platform.submit(await harness.makeJob('read-on', programs.exitsWith(0)));
      let said = '';
      let position: LogPosition = {};
      await eventually(async () => {
        const taken: Uint8Array[] = [];
        const reading = await platform.readLog(handle, { from: position, take: (chunk) => taken.push(chunk) });
        position = z.custom<LogPosition>().parse(JSON.parse(JSON.stringify(reading.position))); // plain JSON
        said += Buffer.concat(taken).toString('utf8');
        return reading.isWhole;
      }, patience);
      const lines = ['said to stdout', 'said to stderr'];
      for (const line of lines) expect(said.split('\n').filter((each) => each === line)).toEqual([line]);
      expect((await platform.logPlaces(handle)).length).toBeGreaterThan(0);
      const again = await platform.readLog(handle, { from: position, take: () => expect(null).toBe('nothing new') });
      expect(again).toEqual({ position, isWhole: true, awaits: null });
    });
  });
}

/** A state but for the log, which may be delivered after the rest. */
function withoutLog(state: JobState): JobState {
  return state.kind === 'failed' ? { ...state, evidence: { ...state.evidence, logTail: null } } : state;
}
