import { describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { PIPELINES } from '../contracts/pipelines/index.js';
import type { JobOutcome } from '../contracts/outcome.js';
import type { JobHandle } from '../contracts/job-handle.js';
import type { JobState, Platform, StopReason } from '../platforms/platform.js';
import type { Storage } from '../storage/storage.js';
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
const exited: JobState = { kind: 'exited', seconds: 3, peakBytes: 100, oomKills: 0 };

/** A platform whose states are a script: the last one repeats. */
function scripted(states: readonly JobState[]) {
  const stops: StopReason[] = [];
  let polls = 0;
  const platform: Platform = {
    name: 'scripted',
    largest: { memoryBytes: 1, cpus: 1, diskBytes: 1 },
    pacing: { firstMs: 1, maxMs: 1 },
    submit: () => Promise.resolve(handle),
    poll: () => Promise.resolve(states[Math.min(polls++, states.length - 1)] ?? running),
    stop: (_handle, reason) => Promise.resolve(void stops.push(reason)),
    logs: () => Promise.resolve(''),
  };
  return { platform, stops };
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
  const context: Pick<JobsContext, 'pipelines' | 'platforms' | 'projectRoot'> & { storage: typeof storage } = {
    projectRoot: '/',
    pipelines: PIPELINES,
    platforms: { scripted: platform },
    storage,
  };
  return context as unknown as JobsContext;
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
