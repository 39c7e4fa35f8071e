import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Worker } from '@temporalio/worker';
import { projectRoot } from '../../settings/home.js';
import { buildWorkflowBundle } from '../../workers/bundle.js';

/** What a replay needs of a history. */
interface History {
  readonly events: readonly { readonly eventType: string }[];
}

const FOLDER = path.join(projectRoot, 'test', 'replay', 'histories');
const files = await readdir(FOLDER);

let folder = '';
let codePath = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tempered-replay-'));
  codePath = path.join(folder, 'bundle.js');
  await buildWorkflowBundle(codePath);
});
afterAll(() => rm(folder, { recursive: true }));

function replay(history: History): Promise<void> {
  return Worker.runReplayHistory({ workflowBundle: { codePath } }, history, 'replayed');
}

async function load(file: string): Promise<History> {
  return JSON.parse(await readFile(path.join(FOLDER, file), 'utf8')) as History;
}

describe('the workflows of this release go on with recorded runs', () => {
  test.each(files)('%s', async (file) => {
    await replay(await load(file));
  });

  test('and a history that this code could not have made is refused', async () => {
    const [file = ''] = files;
    const { events } = await load(file);
    const withoutFirstMarker = events.filter(
      (event, index) => index !== events.findIndex(isMarker) || !isMarker(event),
    );
    await expect(replay({ events: withoutFirstMarker })).rejects.toThrow();
  });
});

function isMarker({ eventType }: { readonly eventType: string }): boolean {
  return eventType === 'EVENT_TYPE_MARKER_RECORDED';
}
