import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { defaultProfilePath, profilePath, projectRoot, stateDir } from './home.js';

const kept = { ...process.env };
const startedIn = process.cwd();
let folder = '';

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'tempered-home-')));
  mkdirSync(join(folder, 'inner', 'most'), { recursive: true });
  delete process.env['TEMPERED_PROFILE'];
  delete process.env['TEMPERED_HOME'];
});
afterEach(() => {
  process.chdir(startedIn);
  process.env = { ...kept };
  rmSync(folder, { recursive: true });
});

test.each(['.', 'inner', 'inner/most'])('the profile above %s is found, and state lies beside it', (inner) => {
  writeFileSync(join(folder, 'tempered.json'), '{}');
  process.chdir(join(folder, inner));
  expect(profilePath()).toBe(join(folder, 'tempered.json'));
  expect(stateDir()).toBe(join(folder, '.tempered'));
});

test('the nearest of two profiles counts', () => {
  writeFileSync(join(folder, 'tempered.json'), '{}');
  writeFileSync(join(folder, 'inner', 'tempered.json'), '{}');
  process.chdir(join(folder, 'inner', 'most'));
  expect(profilePath()).toBe(join(folder, 'inner', 'tempered.json'));
});

test('inside the checkout its own profile counts, there or not', () => {
  process.chdir(join(projectRoot, 'docs'));
  expect(profilePath()).toBe(defaultProfilePath);
  expect(stateDir()).toBe(join(projectRoot, '.tempered'));
});

test('the environment comes first', () => {
  writeFileSync(join(folder, 'tempered.json'), '{}');
  process.chdir(folder);
  process.env['TEMPERED_PROFILE'] = 'inner/other.json';
  expect(profilePath()).toBe(join(folder, 'inner', 'other.json'));
  expect(stateDir()).toBe(join(folder, 'inner', '.tempered'));
  process.env['TEMPERED_HOME'] = 'state';
  expect(stateDir()).toBe(join(folder, 'state'));
});
