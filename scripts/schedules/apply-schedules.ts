import type { Pipelines } from '../../contracts/pipelines/index.js';
import type { ScheduleEntry } from '../../contracts/profile.js';
import type { Temporal } from '../temporal/connect.js';
import {
  DECLARATION_MEMO,
  type Declared,
  declarationOf,
  OWNER_MEMO,
  PAUSED_IN_FILE,
  scheduleOptions,
} from './declared.js';

/** What `apply` did with one schedule. `undeclared` ones are kept unless they are to be pruned. */
export type ScheduleChange = 'created' | 'updated' | 'unchanged' | 'deleted' | 'undeclared';

/** Makes the server's schedules equal to the declared ones. */
export async function applySchedules(
  temporal: Temporal,
  { schedules, pipelines }: Declared,
  prune: boolean,
): Promise<Readonly<Record<string, ScheduleChange>>> {
  const changes: Record<string, ScheduleChange> = {};
  for (const [name, entry] of Object.entries(schedules))
    changes[name] = await applyOne(temporal, { name, entry, pipelines });
  for await (const { scheduleId, memo } of temporal.client.schedule.list()) {
    if (memo?.[OWNER_MEMO] !== true || Object.hasOwn(schedules, scheduleId)) continue;
    if (prune) await temporal.client.schedule.getHandle(scheduleId).delete();
    changes[scheduleId] = prune ? 'deleted' : 'undeclared';
  }
  return changes;
}

interface One {
  readonly name: string;
  readonly entry: ScheduleEntry;
  readonly pipelines: Pipelines;
}

async function applyOne({ client }: Temporal, { name, entry, pipelines }: One): Promise<ScheduleChange> {
  const { ScheduleAlreadyRunning } = await import('@temporalio/client');
  const options = scheduleOptions(name, entry, pipelines);
  try {
    await client.schedule.create(options);
    return 'created';
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  const handle = client.schedule.getHandle(name);
  const { action } = await handle.describe();
  if (action.memo?.[DECLARATION_MEMO] === declarationOf(entry)) return 'unchanged';
  await handle.update(({ state }) => {
    // Somebody paused it by hand, and had a reason: a changed file does not start it again.
    const pausedByHand = state.paused && state.note !== PAUSED_IN_FILE;
    const { spec, action: newAction, policies = {} } = options;
    return { spec, action: newAction, policies, state: pausedByHand ? state : { ...options.state } };
  });
  return 'updated';
}
