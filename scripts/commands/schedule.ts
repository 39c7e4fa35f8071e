import { loadProject } from '../../settings/project.js';
import type { Answer } from '../io.js';
import { applySchedules, type ScheduleChange } from '../schedules/apply-schedules.js';
import { listSchedules, type ScheduleRow } from '../schedules/list-schedules.js';
import { loadSchedule } from '../schedules/load-schedule.js';
import { triggerSchedule } from '../schedules/trigger-schedule.js';
import { table } from '../table.js';
import { withTemporal } from '../temporal/connect.js';

/** `tempered schedule apply`: creates and updates what `tempered.json` declares. */
export async function applyDeclared({ prune }: { readonly prune: boolean }): Promise<Answer> {
  const { profile, pipelines } = await loadProject();
  const { changes, rows } = await withTemporal(async (temporal) => ({
    changes: await applySchedules(temporal, { schedules: profile.schedules, pipelines }, prune),
    rows: await listSchedules(temporal, profile.schedules),
  }));
  const lines = Object.entries(changes).map(
    ([name, change]) =>
      `${change.padEnd(10)} ${name}${remark(
        change,
        rows.find((row) => row.name === name),
      )}`,
  );
  const text = lines.length === 0 ? 'no schedules are declared in tempered.json' : lines.join('\n');
  return { document: { changes, schedules: rows }, text };
}

/** `tempered schedule list`. */
export async function list(): Promise<Answer> {
  const { profile } = await loadProject();
  const rows = await withTemporal((temporal) => listSchedules(temporal, profile.schedules));
  const cells = rows.map(({ name, workflow, state, cron, nextAt, lastRun, declared, note }) => [
    name,
    workflow ?? '',
    state,
    cron ?? '',
    nextAt ?? '',
    lastRun ?? '',
    declared ? (note ?? '') : 'not in tempered.json',
  ]);
  const text =
    rows.length === 0
      ? 'no schedules; declare them in tempered.json under "schedules"'
      : table([['schedule', 'workflow', 'state', 'cron', 'next', 'last run', 'note'], ...cells]);
  return { document: { schedules: rows }, text };
}

/** `tempered schedule pause NAME`: nothing starts until it is resumed, also not by a later `apply`. */
export function pause(name: string, note: string | undefined): Promise<Answer> {
  return withTemporal(async (temporal) => {
    await (await loadSchedule(temporal, name)).pause(note ?? 'paused by hand');
    return {
      document: { name, state: 'paused' },
      text: `schedule ${name} is paused\nnext   npx tempered schedule resume ${name}`,
    };
  });
}

/** `tempered schedule resume NAME`. */
export function resume(name: string, note: string | undefined): Promise<Answer> {
  return withTemporal(async (temporal) => {
    const handle = await loadSchedule(temporal, name);
    await handle.unpause(note ?? 'resumed by hand');
    const next = (await handle.describe()).info.nextActionTimes[0]?.toISOString() ?? null;
    return {
      document: { name, state: 'active', nextAt: next },
      text: `schedule ${name} is active${next === null ? '' : `, next at ${next}`}`,
    };
  });
}

/** `tempered schedule trigger NAME`: starts a run now, but never beside a running one. */
export function trigger(name: string): Promise<Answer> {
  return withTemporal(async (temporal) => {
    const answer = await triggerSchedule(await loadSchedule(temporal, name));
    if (answer.kind === 'started') {
      return {
        document: { name, ...answer },
        text: `started ${answer.runId}\nnext   npx tempered watch ${answer.runId}`,
      };
    }
    const running = answer.runningRunIds.join(', ');
    return { document: { name, ...answer }, text: `skipped: ${running || 'a run'} still runs` };
  });
}

/** `tempered schedule delete NAME`: removes it from the server; runs that it started go on. */
export function remove(name: string): Promise<Answer> {
  return withTemporal(async (temporal) => {
    await (await loadSchedule(temporal, name)).delete();
    return { document: { name, state: 'deleted' }, text: `schedule ${name} is deleted` };
  });
}

function remark(change: ScheduleChange, row: ScheduleRow | undefined): string {
  if (change === 'undeclared') return ': not in tempered.json; delete it with --prune';
  if (row?.state === 'paused') return `: paused (${row.note ?? 'by hand'}); npx tempered schedule resume ${row.name}`;
  return row?.nextAt ? `: next at ${row.nextAt}` : '';
}
