import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { WorkflowHandle } from '@temporalio/client';
import { projectRoot, stateDir } from '../../settings/home.js';
import { loadProfile } from '../../settings/profile.js';
import { withTemporal } from '../../scripts/temporal/connect.js';

/**
 * Saves the histories of runs of this release as fixtures: one for each released shape of a workflow, never edited afterwards.
 * Usage: node dist/test/replay/record-histories.js NAME=RUN_ID...
 */
await withTemporal(async ({ client }) => {
  const folder = path.join(projectRoot, 'test', 'replay', 'histories');
  await mkdir(folder, { recursive: true });
  for (const pair of process.argv.slice(2)) {
    const [name, runId] = pair.split('=');
    if (!name || !runId) throw new Error(`"${pair}" is not NAME=RUN_ID`);
    await writeFile(path.join(folder, `${name}.json`), await anonymousHistory(client.workflow.getHandle(runId)));
  }
});

/** The history without what belongs to one machine: its storage root, host names and process ids. */
async function anonymousHistory(handle: WorkflowHandle): Promise<string> {
  const json: unknown = JSON.parse(historyToJSON(await handle.fetchHistory()));
  const places = [
    [loadProfile().storageRootUri, 'file:///data'],
    [stateDir(), '/state'],
  ] as const;
  return `${JSON.stringify(json, (key, value: unknown) => {
    if (key === 'identity' || isWorkerQueue(value)) return 'worker';
    if (key === 'data' && typeof value === 'string') return replacedInBase64(value, places);
    return value;
  })}\n`;
}

function replacedInBase64(data: string, places: readonly (readonly [string, string])[]): string {
  const text = Buffer.from(data, 'base64').toString('utf8');
  const moved = places.reduce((moving, [place, other]) => moving.replaceAll(place, other), text);
  return Buffer.from(moved, 'utf8').toString('base64');
}

/** A worker's own queue is named after its process and host. */
function isWorkerQueue(value: unknown): boolean {
  return typeof value === 'string' && /^\d+@/.test(value);
}
