import type { ScheduleOptions } from '@temporalio/client';
import { canonicalJson } from '../../contracts/json.js';
import { findPipeline, type Pipelines } from '../../contracts/pipelines/index.js';
import type { ScheduleEntry } from '../../contracts/profile.js';
import { findDurationMs } from '../../settings/duration.js';
import { ORCHESTRATOR_QUEUE } from '../../contracts/task-queues.js';

/** A run missed while the server was down is made up for within this window; a nightly run at noon would only be in the way. */
const CATCHUP_WINDOW = '6h';

/** Memo of the schedules that `apply` made; others are never touched. */
export const OWNER_MEMO = 'temperedSchedule';

/** Memo of a schedule's runs: the entry that it was made from. A schedule's own memo cannot be changed later, its action's can. */
export const DECLARATION_MEMO = 'temperedDeclaration';

/** Note of a schedule that is paused in the file, as against one paused by hand. */
export const PAUSED_IN_FILE = 'paused in tempered.json';

/** An entry as text: equal texts need no update. */
export function declarationOf(entry: ScheduleEntry): string {
  return canonicalJson(entry);
}

/** What a profile declares, and the pipelines that it speaks of. */
export interface Declared {
  readonly schedules: Readonly<Record<string, ScheduleEntry>>;
  readonly pipelines: Pipelines;
}

/** A schedule as Temporal takes it. Runs never overlap; their ids are the schedule's name and the scheduled time. */
export function scheduleOptions(name: string, entry: ScheduleEntry, pipelines: Pipelines): ScheduleOptions {
  const { workflow, cron, timezone, jitter, input, paused } = entry;
  const jitterMs = jitter === undefined ? undefined : findDurationMs(jitter);
  const summary = findPipeline(pipelines, workflow)?.summary ?? workflow;
  return {
    scheduleId: name,
    spec: { cronExpressions: [cron], timezone, ...(jitterMs !== undefined && { jitter: jitterMs }) },
    action: {
      type: 'startWorkflow',
      workflowType: workflow,
      workflowId: name,
      taskQueue: ORCHESTRATOR_QUEUE,
      args: [input],
      staticSummary: `${summary} (schedule ${name})`,
      memo: { [DECLARATION_MEMO]: declarationOf(entry) },
    },
    policies: { overlap: 'SKIP', catchupWindow: CATCHUP_WINDOW },
    state: { paused, ...(paused && { note: PAUSED_IN_FILE }) },
    memo: { [OWNER_MEMO]: true },
  };
}
