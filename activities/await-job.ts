import { activityInfo, cancellationSignal, Context, getClient, log, sleep } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { JOB_FILES, JobResult } from '../contracts/job.js';
import type { JobOutcome } from '../contracts/outcome.js';
import type { JobHandle } from '../contracts/job-handle.js';
import type { JobState, Platform } from '../platforms/platform.js';
import { layout } from '../storage/layout.js';
import type { Storage } from '../storage/storage.js';
import type { JobsContext, RunIdentity } from './context.js';
import { loadStage } from './find-stage.js';
import { jobPlatform } from './job-platform.js';
import { stallDeadlinesOf } from './stall-deadlines.js';
import { type Clock, StallWatch, steadyClock } from './stall-watch.js';
import { waitsOf } from './waits.js';

/** A job to wait for. */
export interface AwaitRequest {
  readonly handle: JobHandle;
  readonly pipeline: string;
  readonly stage: string;
  readonly run: RunIdentity;
}

/** What a waiting activity tells: shown by the UI as heartbeat details and read by the command line. */
export interface JobHeartbeat {
  readonly stage: string;
  readonly jobKey: string;
  readonly state: string;
  readonly percent: number | null;
  readonly message: string;
  readonly rssBytes: number | null;
  readonly trackingUrl: string | null;
}

/** Signals cost history, so the workflow hears of progress at most this often; people who watch read the heartbeats. */
const SIGNAL_EVERY_MS = 15_000;

/** The server drops a waiting activity after 30 s without a word (`workflows/policies.ts`), and its answer is how a cancellation arrives. */
const BEAT_EVERY_MS = 5_000;

/**
 * Activity: waits until a job is over and says how it ended. Heartbeats on the way.
 * A cancelled run stops the job; a worker that shuts down leaves it running for the next attempt to find. A job that has stalled is
 * stopped, and its evidence says how it stalled.
 * @param clock tells milliseconds; must stand still while the machine sleeps, or a sleep would look like a stall
 */
export function awaitJob(context: JobsContext, clock: Clock = steadyClock) {
  return async (request: AwaitRequest): Promise<JobOutcome> => {
    const { handle } = request;
    const platform = jobPlatform(context, handle);
    let latest = describe({ kind: 'queued', message: `asks ${platform.name}` }, request);
    const activity = Context.current();
    // The next look may be a minute away, and a call of a remote platform may take long: the word goes out all the same.
    const beating = setInterval(() => {
      activity.heartbeat(latest);
    }, BEAT_EVERY_MS);
    const tell = (beat: JobHeartbeat) => {
      latest = beat;
      activity.heartbeat(beat);
    };
    try {
      const stalls = new StallWatch(stallDeadlinesOf(context.profile, request.stage), clock);
      const ended = await waitUntilOver(request, { platform, stalls, tell });
      return await outcomeOf(ended, request, context);
    } catch (error) {
      if (error instanceof CancelledFailure && stopWasAsked()) await platform.stop(handle, 'cancel');
      throw error;
    } finally {
      clearInterval(beating);
    }
  };
}

/** Temporal cancels activities for many reasons; only this one means that a person wants the job gone. */
function stopWasAsked(): boolean {
  const reason: unknown = cancellationSignal().reason;
  return reason instanceof CancelledFailure && reason.message === 'CANCELLED';
}

type Ended = Exclude<JobState, { kind: 'queued' | 'running' }>;

interface Watch {
  readonly platform: Platform;
  readonly stalls: StallWatch;
  readonly tell: (beat: JobHeartbeat) => void;
}

async function waitUntilOver(request: AwaitRequest, { platform, stalls, tell }: Watch): Promise<Ended> {
  const waits = waitsOf(platform.pacing);
  let signalledAtMs = Date.now();
  for (;;) {
    const state = await platform.poll(request.handle);
    if (state.kind !== 'queued' && state.kind !== 'running') return stalls.explain(state);
    const stall = stalls.look(state);
    if (stall !== null) {
      log.warn('the job is stopped', { jobKey: request.handle.key, stall });
      await platform.stop(request.handle, 'timeout');
    }
    const beat = describe(state, request);
    tell(beat);
    if (Date.now() - signalledAtMs >= SIGNAL_EVERY_MS) {
      signalledAtMs = Date.now();
      await signalProgress(request.run, beat);
    }
    await sleep(waits.next().value);
  }
}

function describe(state: Exclude<JobState, Ended>, { stage, handle }: AwaitRequest): JobHeartbeat {
  const progress = state.kind === 'running' ? state.progress : null;
  return {
    stage,
    jobKey: handle.key,
    state: state.kind,
    percent: progress?.percent ?? null,
    message: state.kind === 'queued' ? state.message : (progress?.message ?? ''),
    rssBytes: progress?.rssBytes ?? null,
    trackingUrl: progress?.trackingUrl ?? null,
  };
}

/** Progress is for people: a run that cannot be told of it goes on all the same. */
async function signalProgress({ workflowId, runId }: RunIdentity, beat: JobHeartbeat): Promise<void> {
  try {
    await getClient().workflow.getHandle(workflowId, runId).signal('progress', beat);
  } catch (error) {
    log.debug('progress signal not delivered', { activityId: activityInfo().activityId, error });
  }
}

async function outcomeOf(ended: Ended, request: AwaitRequest, context: JobsContext): Promise<JobOutcome> {
  const { handle } = request;
  const { engine } = loadStage(context, request).job;
  switch (ended.kind) {
    case 'failed':
      return ended;
    case 'lost':
      return { kind: 'failed', evidence: { engine, reason: `lost: ${ended.message}` }, seconds: 0, peakBytes: null };
    case 'exited': {
      const { seconds, peakBytes, oomKills, usage } = ended;
      const billed = usage && { usage };
      const result = await readResult(context.storage, handle);
      if (typeof result !== 'string') return { kind: 'succeeded', result, seconds, peakBytes, ...billed };
      const evidence = {
        engine,
        exit: { code: 0 },
        errorClass: 'ContractBroken',
        errorMessage: result,
        kernel: { oomKillDelta: oomKills }, // a job may end well by its own account when the kernel killed what was to write the result
        memory: { peakBytes },
      };
      return { kind: 'failed', evidence, seconds, peakBytes, ...billed };
    }
  }
}

/** The job's result, or what is wrong with it. */
async function readResult(storage: Storage, handle: JobHandle): Promise<JobResult | string> {
  const uri = `${layout.work(storage, handle.key)}/${JOB_FILES.result}`;
  if (!(await storage.stat(uri))) return `the job ended with exit code 0 but wrote no ${JOB_FILES.result}`;
  try {
    const parsed = JobResult.safeParse(JSON.parse(new TextDecoder().decode(await storage.read(uri))));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    return `${JOB_FILES.result} breaks the job contract: ${issue ? `${issue.path.join('.')}: ${issue.message}` : 'unknown'}`;
  } catch (error) {
    if (error instanceof SyntaxError) return `${JOB_FILES.result} is not JSON: ${error.message}`;
    throw error;
  }
}
