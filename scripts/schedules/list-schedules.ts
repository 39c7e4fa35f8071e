import type { ScheduleEntry } from '../../contracts/profile.js';
import type { Temporal } from '../temporal/connect.js';
import { OWNER_MEMO } from './declared.js';

/** One schedule, as declared and as the server has it. */
export interface ScheduleRow {
  readonly name: string;
  readonly workflow: string | null;
  readonly state: 'active' | 'paused' | 'not-applied';
  readonly declared: boolean;
  readonly note: string | null;
  readonly cron: string | null;
  readonly nextAt: string | null;
  readonly lastRun: string | null;
}

/** Every schedule of ours, and the declared ones that are not applied yet. */
export async function listSchedules(
  { client }: Temporal,
  declared: Readonly<Record<string, ScheduleEntry>>,
): Promise<readonly ScheduleRow[]> {
  const rows = new Map<string, ScheduleRow>();
  for await (const { scheduleId, memo } of client.schedule.list()) {
    const entry = declared[scheduleId];
    if (memo?.[OWNER_MEMO] !== true && entry === undefined) continue;
    // The list itself is eventually consistent; a person who has just paused a schedule wants to see that.
    const { action, state, info } = await client.schedule.getHandle(scheduleId).describe();
    rows.set(scheduleId, {
      name: scheduleId,
      workflow: action.workflowType,
      state: state.paused ? 'paused' : 'active',
      declared: entry !== undefined,
      note: state.note ?? null,
      cron: entry?.cron ?? null,
      nextAt: state.paused ? null : (info.nextActionTimes[0]?.toISOString() ?? null),
      lastRun: info.recentActions.at(-1)?.action.workflow.workflowId ?? null,
    });
  }
  for (const [name, { workflow, cron }] of Object.entries(declared)) {
    if (rows.has(name)) continue;
    rows.set(name, {
      name,
      workflow,
      state: 'not-applied',
      declared: true,
      note: null,
      cron,
      nextAt: null,
      lastRun: null,
    });
  }
  return [...rows.values()].sort((a, b) => a.name.localeCompare(b.name));
}
