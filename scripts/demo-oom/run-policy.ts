import { writeFile } from 'node:fs/promises';
import { ForestResult } from '../../contracts/pipelines/forest.js';
import { PIPELINES } from '../../contracts/pipelines/index.js';
import type { StageSummary } from '../../contracts/stage-record.js';
import { trainForest } from '../../contracts/stages/train-forest.js';
import { profilePath } from '../../settings/home.js';
import { loadProfile } from '../../settings/profile.js';
import { forgetStage } from '../../storage/forget-stage.js';
import { openStorageOf } from '../../storage/index.js';
import type { FailureDocument } from '../describe-error.js';
import { bringUp } from '../embedded/up.js';
import type { Io } from '../io.js';
import { awaitEnding, type RunEnding } from '../runs/run-ending.js';
import { startRun } from '../runs/start-run.js';
import { type Temporal, withTemporal } from '../temporal/connect.js';
import { followRun } from '../watch/follow-run.js';
import type { RunSnapshot } from '../watch/snapshot.js';
import type { RunView } from '../watch/view.js';
import { chooseView } from '../watch/watch-run.js';
import type { Contestant } from './contestants.js';
import { readAttempts, type TriedAttempt } from './read-attempts.js';

/** The stage that the crash is in. */
export const CRASHING = trainForest.name;

/** What is done anew under each policy; the data before it is made once. */
export const DONE_ANEW: readonly string[] = [CRASHING, 'evaluate'];

/** What all runs have in common. */
export interface Demo {
  readonly io: Io;
  readonly json: boolean;
  readonly input: Readonly<Record<string, unknown>>;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
}

/** What came of the pipeline under one policy. */
export interface PolicyRun extends Contestant {
  readonly runId: string;
  readonly ending: 'succeeded' | 'failed' | 'stopped';
  readonly attempts: readonly TriedAttempt[];
  /** Of all attempts together. */
  readonly seconds: number;
  /** Limit times time over all attempts: what a cluster would be paid for. */
  readonly gibHours: number;
  /** Stages that were done, with what they found done before. */
  readonly stages: readonly StageSummary[];
  readonly result: ForestResult | null;
  readonly failure: FailureDocument | null;
}

/**
 * Brings the demo's platform up with a policy and runs the pipeline under it.
 * @param longestMs a run that takes longer in its crashing stage is stopped
 * @returns undefined when Ctrl-C came first; then the run is cancelled
 */
export async function runPolicy(demo: Demo, by: Contestant, longestMs: number): Promise<PolicyRun | undefined> {
  await writeFile(profilePath(), JSON.stringify(profileFor(by), null, 2));
  const storage = openStorageOf(loadProfile());
  for (const stage of DONE_ANEW) await forgetStage(storage, stage);
  await bringUp();
  return withTemporal(async (temporal) => {
    const { runId } = await startRun(temporal, {
      name: 'forest',
      summary: PIPELINES.forest.summary,
      input: demo.input,
    });
    const { ending, last } = await follow(demo, temporal, { runId, longestMs });
    if (demo.interrupted.aborted) return undefined;
    const attempts = await readAttempts(temporal, storage, { runId, stage: CRASHING });
    return {
      ...by,
      runId,
      ending: ENDINGS[ending.status],
      attempts,
      seconds: attempts.reduce((sum, { seconds }) => sum + seconds, 0),
      gibHours: attempts.reduce((sum, { memoryBytes, seconds }) => sum + (memoryBytes / 2 ** 30) * (seconds / 3600), 0),
      stages: last?.stages.flatMap(({ summary }) => summary ?? []) ?? [],
      result: ending.result && ForestResult.parse(ending.result),
      failure: ending.failure,
    };
  });
}

const ENDINGS = { completed: 'succeeded', rejected: 'succeeded', failed: 'failed', cancelled: 'stopped' } as const;

function profileFor({ policy, limitBytes, capBytes }: Contestant) {
  const sizes = { memory: `${String(limitBytes)}B`, maxMemory: `${String(capBytes)}B` };
  return { recovery: { policy }, stages: { [CRASHING]: sizes } };
}

interface Followed {
  readonly ending: RunEnding;
  readonly last: RunSnapshot | undefined;
}

/** Shows a run to its end. One that takes too long, or that nobody waits for any more, is cancelled, and its job stopped. */
async function follow(
  { io, json, interrupted }: Demo,
  temporal: Temporal,
  { runId, longestMs }: { readonly runId: string; readonly longestMs: number },
): Promise<Followed> {
  const shown = await chooseView(io, Object.keys(PIPELINES.forest.stages), json);
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let last: RunSnapshot | undefined;
  const view: RunView = {
    update: (snapshot) => {
      last = snapshot;
      if (snapshot.stages.some(({ stage }) => stage === CRASHING))
        timer ??= setTimeout(() => {
          late.abort();
        }, longestMs);
      shown.update(snapshot);
    },
    close: () => shown.close(),
  };
  const detach = AbortSignal.any([late.signal, interrupted]);
  try {
    const ending = await followRun(temporal, { runId, view, detach });
    if (ending !== undefined) return { ending, last };
    await temporal.client.workflow.getHandle(runId).cancel();
    return { ending: await awaitEnding(temporal, runId), last };
  } finally {
    clearTimeout(timer);
  }
}
