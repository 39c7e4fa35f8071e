import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../settings/home.js';
import { FAILURE_POLICY } from './failure.js';

test('every failure code has its heading in docs/failures.md, and no other heading is there', async () => {
  const page = await readFile(path.join(projectRoot, 'docs', 'failures.md'), 'utf8');
  const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(Object.keys(FAILURE_POLICY));
});

test('every exit code on the page is the one of the table', async () => {
  const page = await readFile(path.join(projectRoot, 'docs', 'failures.md'), 'utf8');
  for (const [code, { exitCode }] of Object.entries(FAILURE_POLICY)) {
    expect(page).toMatch(new RegExp(`^## ${code}\n+Exit ${String(exitCode)}[.,]`, 'm'));
  }
});
