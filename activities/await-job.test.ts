import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { PIPELINES } from '../contracts/pipelines/index.js';
import { Profile } from '../contracts/profile.js';
import type { JobOutcome } from '../contracts/outcome.js';
import type { JobHandle } from '../contracts/job-handle.js';
import type { StopReason } from '../contracts/stop-reason.js';
import type { JobState, Platform } from '../platforms/platform.js';
import type { Storage } from '../storage/storage.js';
import type { LoadedProfile } from '../settings/profile.js';
import { awaitJob, type AwaitRequest } from './await-job.js';
import type { JobsContext } from './context.js';

const handle: JobHandle = { platform: 'scripted', key: 'run/generate-01234567-a1', id: 'run/generate-01234567-a1' };
const request: AwaitRequest = {
  handle,
  pipeline: 'salary',
  stage: 'generate',
  run: { workflowId: 'run', runId: 'r' },
};
const running: JobState = {
  kind: 'running',
  progress: { percent: 40, done: 4, total: 10, unit: 'chunks', message: 'chunk 4', rssBytes: 1, trackingUrl: null },
  vitals: null,
};
/** One that does nothing any more. */
const hanging: JobState = { ...running, vitals: { oomKills: 0, cpuSeconds: 9, diskBytes: 0 } };
const stopped: JobState & { kind: 'failed' } = {
  kind: 'failed',
  evidence: { engine: 'python', exit: { code: 143 }, stopRequested: 'timeout', kernel: { oomKillDelta: 0 } },
  seconds: 60,
  peakBytes: 100,
};
const exited: JobState = { kind: 'exited', seconds: 3, peakBytes: 100, oomKills: 0 };

/** A platform whose states are a script: the last one repeats, until a stop, after which the end holds. */
function scripted(states: readonly JobState[], end: JobState = stopped) {
  const stops: StopReason[] = [];
  let polls = 0;
  const platform: Platform = {
    name: 'scripted',
    largest: { memoryBytes: 1, cpus: 1, diskBytes: 1 },
    pacing: { firstMs: 1, maxMs: 1 },
    submit: () => Promise.resolve(handle),
    poll: () => Promise.resolve(stops.length > 0 ? end : (states[Math.min(polls++, states.length - 1)] ?? running)),
    stop: (_handle, reason) => Promise.resolve(void stops.push(reason)),
    logs: () => Promise.resolve(''),
    readLog: () => Promise.resolve({ position: {}, isWhole: true, awaits: null }),
    logPlaces: () => Promise.resolve([]),
  };
  return { platform, stops, polls: () => polls };
}

function contextWith(platform: Platform, resultFile?: string): JobsContext {
  const storage: Pick<Storage, 'root' | 'stat' | 'read'> = {
    root: 'file:///root',
    stat: () =>
      Promise.resolve(
        resultFile === undefined ? undefined : { name: '_result.json', kind: 'file', bytes: 1, modifiedMs: 0 },
      ),
    read: () => Promise.resolve(new TextEncoder().encode(resultFile)),
  };
  const profile: Pick<LoadedProfile, 'profile'> = { profile: Profile.parse(PROFILE) };
  const context: Pick<JobsContext, 'pipelines' | 'platforms' | 'projectRoot'> & {
    storage: typeof storage;
    profile: typeof profile;
  } = {
    projectRoot: '/',
    pipelines: PIPELINES,
    platforms: { scripted: platform },
    storage,
    profile,
  };
  return context as unknown as JobsContext;
}

/** Two stages with deadlines of their own beside the one that all others have. */
const PROFILE = {
  idleDeadline: '60s',
  stages: { etl: { idleDeadline: '10 minutes' }, tune: { progressDeadline: '20s' } },
};

/** Runs {@link awaitJob} on a clock of which every look is a second later. */
function awaitBySeconds(platform: Platform, stage = 'generate'): Promise<JobOutcome> {
  let seconds = 0;
  const wait = awaitJob(contextWith(platform), () => 1000 * seconds++);
  return new MockActivityEnvironment().run(wait, { ...request, stage });
}

const result = {
  outputs: {},
  values: {},
  rowsIn: 1,
  rowsOut: 1,
  rowsRejected: 0,
  metrics: {},
  peakBytes: 5,
  salvaged: null,
  engine: 'python',
  versions: {},
  startedAt: '2026-11-20T00:00:00Z',
  endedAt: '2026-11-20T00:00:01Z',
};

describe('waiting for a job', () => {
  test('heartbeats its progress and gives the result', async () => {
    const { platform } = scripted([running, exited]);
    const env = new MockActivityEnvironment();
    const beats: unknown[] = [];
    env.on('heartbeat', (beat) => beats.push(beat));
    const outcome = await env.run(awaitJob(contextWith(platform, JSON.stringify(result))), request);
    expect(outcome).toEqual({ kind: 'succeeded', result, seconds: 3, peakBytes: 100 });
    expect(beats).toEqual([expect.objectContaining({ stage: 'generate', percent: 40, message: 'chunk 4' })]);
  });

  test.each([
    { given: 'no result file', file: undefined, says: 'wrote no _result.json' },
    { given: 'rubbish in it', file: '{"outputs":', says: 'is not JSON' },
    { given: 'a field that is missing', file: '{"outputs":{}}', says: 'breaks the job contract' },
  ])('exit code 0 with $given is a failure', async ({ file, says }) => {
    const { platform } = scripted([exited]);
    const outcome = await new MockActivityEnvironment().run<
      [AwaitRequest],
      JobOutcome,
      (request: AwaitRequest) => Promise<JobOutcome>
    >(awaitJob(contextWith(platform, file)), request);
    expect(outcome).toMatchObject({ kind: 'failed', evidence: { errorClass: 'ContractBroken' } });
    expect(outcome.kind === 'failed' && outcome.evidence.errorMessage).toContain(says);
  });

  test('a lost job is a failed outcome, not an exception', async () => {
    const { platform } = scripted([{ kind: 'lost', message: 'its supervisor is gone' }]);
    const outcome = await new MockActivityEnvironment().run(awaitJob(contextWith(platform)), request);
    expect(outcome).toMatchObject({ kind: 'failed', evidence: { reason: 'lost: its supervisor is gone' } });
  });

  test.each([
    { reason: 'CANCELLED', stops: ['cancel'] },
    { reason: 'WORKER_SHUTDOWN', stops: [] },
    { reason: 'TIMED_OUT', stops: [] },
  ] as const)('$reason stops the job: $stops', async ({ reason, stops }) => {
    const script = scripted([running]);
    const env = new MockActivityEnvironment();
    env.once('heartbeat', () => {
      env.cancel(reason);
    });
    await expect(env.run(awaitJob(contextWith(script.platform)), request)).rejects.toThrow();
    expect(script.stops).toEqual(stops);
  });
});

describe('waiting for a job far away', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** A job that runs for ever on a platform that is asked as rarely as one on AWS. */
  function far() {
    const script = scripted([running]);
    const platform: Platform = { ...script.platform, pacing: { firstMs: 5_000, maxMs: 60_000 } };
    const env = new MockActivityEnvironment();
    const beatsAtMs: number[] = [];
    env.on('heartbeat', () => beatsAtMs.push(Date.now()));
    const over = env.run(
      awaitJob(contextWith(platform), () => Date.now()),
      { ...request, stage: 'etl' },
    );
    return { ...script, env, beatsAtMs, over };
  }

  test('asks at most 75 times an hour, and is never silent for longer than ten seconds', async () => {
    const { env, polls, beatsAtMs, over } = far();
    const startedMs = Date.now();
    // Shorter than the stage's deadline, and the job says nothing new: it is the waiting that is looked at.
    await jest.advanceTimersByTimeAsync(29 * 60_000);
    expect(polls()).toBeGreaterThan(25);
    expect(polls()).toBeLessThan(75 / 2);
    const silences = beatsAtMs.map((atMs, index) => atMs - (beatsAtMs[index - 1] ?? startedMs));
    expect(Math.max(...silences)).toBeLessThanOrEqual(10_000);
    env.cancel('TIMED_OUT');
    await expect(over).rejects.toThrow();
  });

  test('notices a cancellation between two looks', async () => {
    const { env, polls, stops, over } = far();
    await jest.advanceTimersByTimeAsync(10 * 60_000);
    const before = polls();
    env.cancel('CANCELLED');
    await expect(over).rejects.toThrow();
    expect([polls(), stops]).toEqual([before, ['cancel']]);
  });
});

describe('a job that stalls', () => {
  test('is stopped, and its evidence says how it stalled', async () => {
    const script = scripted([hanging]);
    const outcome = await awaitBySeconds(script.platform);
    expect(script.stops).toEqual(['timeout']);
    expect(script.polls()).toBe(61);
    const reason = 'stalled: no progress and 0 % CPU for 60 s';
    expect(outcome).toEqual({ ...stopped, evidence: { ...stopped.evidence, reason } });
  });

  test('keeps the reason that the platform itself found', async () => {
    const evidence = { ...stopped.evidence, reason: 'supervisor-failed: processes 17 do not die' };
    const { platform } = scripted([hanging], { ...stopped, evidence });
    await expect(awaitBySeconds(platform)).resolves.toMatchObject({ evidence });
  });

  test('and ends by itself before the stop arrives has the end that it had', async () => {
    const evidence = { engine: 'python', exit: { code: 1 }, stopRequested: null } as const;
    const { platform } = scripted([hanging], { ...stopped, evidence });
    const outcome = await awaitBySeconds(platform);
    expect(outcome.kind === 'failed' && outcome.evidence).toEqual(evidence);
  });

  test('has the deadlines of its stage', async () => {
    const patient = scripted([...Array<JobState>(500).fill(hanging), stopped]);
    await awaitBySeconds(patient.platform, 'etl');
    expect(patient.stops).toEqual([]);
    const busy = scripted([running]);
    const outcome = await awaitBySeconds(busy.platform, 'tune');
    expect(outcome).toMatchObject({ evidence: { reason: 'stalled: no progress for 20 s' } });
  });

  test('cannot do so while it waits in a queue', async () => {
    const queued: JobState = { kind: 'queued', message: 'waits for 2 GiB' };
    const script = scripted([...Array<JobState>(3000).fill(queued), running, stopped]);
    await awaitBySeconds(script.platform);
    expect(script.stops).toEqual([]);
  });
});

test('exit code 0 without a result keeps what the kernel counted; with a result it is a success', async () => {
  const killed: JobState = { ...exited, oomKills: 2 };
  const without = await new MockActivityEnvironment().run(awaitJob(contextWith(scripted([killed]).platform)), request);
  expect(without).toMatchObject({ evidence: { exit: { code: 0 }, kernel: { oomKillDelta: 2 } } });
  const context = contextWith(scripted([killed]).platform, JSON.stringify(result));
  await expect(new MockActivityEnvironment().run(awaitJob(context), request)).resolves.toMatchObject({
    kind: 'succeeded',
  });
});
