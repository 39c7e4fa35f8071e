import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { jobsDirectory } from './job-folder.js';
import { sweepJobs } from './sweep-jobs.js';

const HOUR_MS = 3_600_000;
const LOST = { phase: 'lost', message: 'its supervisor died' };
const QUEUED = { phase: 'queued', message: 'waits for memory' };

test('jobs that ended long ago are removed with their logs; newer ones, and those that have not ended, stay', () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'tempered-test-'));
  const leave = (name: string, state: object, hoursAgo: number): string => {
    const folder = join(jobsDirectory(stateDir), name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'log.txt'), 'epoch 1\n');
    writeFileSync(join(folder, 'state.json'), JSON.stringify(state));
    const at = new Date(Date.now() - hoursAgo * HOUR_MS);
    utimesSync(join(folder, 'state.json'), at, at);
    return folder;
  };
  const old = leave('old', LOST, 50);
  const newer = leave('newer', LOST, 1);
  const waiting = leave('waiting', QUEUED, 50);

  expect(sweepJobs(stateDir, 24 * HOUR_MS)).toBe(1);
  expect([old, newer, waiting].map((folder) => existsSync(folder))).toEqual([false, true, true]);
  rmSync(stateDir, { recursive: true });
});

test('where no job ever ran there is nothing to remove', () => {
  expect(sweepJobs('/no/such/folder', 0)).toBe(0);
});
