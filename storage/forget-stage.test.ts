import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { forgetStage } from './forget-stage.js';
import { openStorage } from './index.js';
import { layout } from './layout.js';
import type { Storage } from './storage.js';

let folder = '';
let storage: Storage;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tempered-forget-'));
  storage = openStorage(pathToFileURL(folder).href, []);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** One file in each place where a stage keeps something. */
function places(stage: string): readonly string[] {
  return [
    `${layout.stage(storage, stage, 'key')}/_stage.json`,
    `${layout.scratch(storage, stage, 'key')}/group-0001.txt`,
    `${layout.sizes(storage, stage)}/now.json`,
    layout.latest(storage, stage),
  ];
}

test('everything of a forgotten stage is gone, and nothing of another one whose name begins like it', async () => {
  for (const uri of [...places('train'), ...places('train-forest')]) await storage.write(uri, '{}');
  await forgetStage(storage, 'train');
  for (const uri of places('train')) expect(await storage.stat(uri)).toBeUndefined();
  for (const uri of places('train-forest')) expect(await storage.stat(uri)).toBeDefined();
});

test('a stage that never ran can be forgotten', async () => {
  await expect(forgetStage(storage, 'etl')).resolves.toBeUndefined();
});
