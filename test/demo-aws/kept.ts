import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadPlatform, openPlatforms } from '../../platforms/index.js';
import { findJobHandles } from '../../scripts/runs/find-job-handles.js';
import type { Temporal } from '../../scripts/temporal/connect.js';
import { stateDir } from '../../settings/home.js';
import { loadProfile } from '../../settings/profile.js';
import type { Storage } from '../../storage/storage.js';

/** What stays of a demo, in the folder of its platform; its account goes, with all that is in it. */
export const KEPT = { report: 'report.json', logs: 'job-logs' } as const;

/** The end of a log that is kept. */
const LOG_BYTES = 2 ** 20;

/** Fetches the log of each job from its service: `train-1.log`, `train-2.log` ... */
export async function keepLogs(temporal: Temporal, storage: Storage, runId: string): Promise<void> {
  const folder = join(stateDir(), KEPT.logs);
  const platforms = openPlatforms(loadProfile(), storage);
  await mkdir(folder);
  const numbers = new Map<string, number>();
  for (const { stage, handle } of await findJobHandles(temporal, runId)) {
    const number = (numbers.get(stage) ?? 0) + 1;
    numbers.set(stage, number);
    const text = await loadPlatform(platforms, handle.platform).logs(handle, LOG_BYTES);
    await writeFile(join(folder, `${stage}-${String(number)}.log`), text);
  }
}
