import type { ScheduleHandle } from '@temporalio/client';
import { TemperedError } from '../../contracts/failure.js';
import { findNearest } from '../../settings/nearest.js';
import type { Temporal } from '../temporal/connect.js';

/** @throws {TemperedError} `WRONG_INPUT` when the server has no such schedule, with those it has */
export async function loadSchedule({ client }: Temporal, name: string): Promise<ScheduleHandle> {
  const { ScheduleNotFoundError } = await import('@temporalio/client');
  const handle = client.schedule.getHandle(name);
  try {
    await handle.describe();
    return handle;
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    const names: string[] = [];
    for await (const { scheduleId } of client.schedule.list()) names.push(scheduleId);
    const nearest = findNearest(name, names);
    const known = names.length === 0 ? 'the server has none' : `the server has ${names.join(', ')}`;
    throw new TemperedError('WRONG_INPUT', `schedule ${name} is unknown; ${known}`, {
      field: 'NAME',
      advice:
        nearest === undefined
          ? 'declare it in tempered.json, then: npx tempered schedule apply'
          : `did you mean ${nearest}?`,
    });
  }
}
