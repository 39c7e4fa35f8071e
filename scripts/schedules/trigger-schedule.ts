import type { ScheduleHandle } from '@temporalio/client';
import { TemperedError } from '../../contracts/failure.js';
import { waitFor } from '../embedded/wait-for.js';

/** What a trigger came to. */
export type Trigger =
  | { readonly kind: 'started'; readonly runId: string }
  | { readonly kind: 'skipped'; readonly runningRunIds: readonly string[] };

/** The server acts on a trigger within moments; an external one may be slower. */
const ANSWER_WITHIN_MS = 15_000;

/** Starts a schedule's run now, unless one runs already: then nothing is started, and that run is named. */
export async function triggerSchedule(handle: ScheduleHandle): Promise<Trigger> {
  const before = (await handle.describe()).info;
  await handle.trigger('SKIP');
  const answer = await waitFor(async (): Promise<Trigger | undefined> => {
    const { info } = await handle.describe();
    const newest = info.recentActions.at(-1)?.action.workflow.workflowId;
    if (info.numActionsTaken > before.numActionsTaken && newest !== undefined)
      return { kind: 'started', runId: newest };
    if (info.numActionsSkippedOverlap === before.numActionsSkippedOverlap) return undefined;
    return { kind: 'skipped', runningRunIds: info.runningActions.map(({ workflow }) => workflow.workflowId) };
  }, ANSWER_WITHIN_MS);
  if (answer) return answer;
  throw new TemperedError(
    'PLATFORM_UNAVAILABLE',
    `the server took the trigger of ${handle.scheduleId} but did nothing in 15 seconds`,
    {
      advice: 'list the runs: npx tempered runs',
    },
  );
}
