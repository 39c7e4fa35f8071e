import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { stateDir } from '../../settings/home.js';
import { withHome } from './home.js';

test('our code and the programs it starts see the folder, and it is gone afterwards', async () => {
  const before = stateDir();
  const folder = await withHome(async (home) => {
    expect(stateDir()).toBe(home.folder);
    const child = spawnSync(process.execPath, ['-p', 'process.env.TEMPERED_HOME'], { env: home.env, encoding: 'utf8' });
    expect(child.stdout.trim()).toBe(home.folder);
    return Promise.resolve(home.folder);
  });
  expect(existsSync(folder)).toBe(false);
  expect(stateDir()).toBe(before);
});

test('a test that fails leaves no folder behind', async () => {
  let folder = '';
  const failing = withHome((home) => {
    folder = home.folder;
    return Promise.reject(new Error('red'));
  });
  await expect(failing).rejects.toThrow('red');
  expect(existsSync(folder)).toBe(false);
});
