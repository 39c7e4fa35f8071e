import { join } from 'node:path';
import { cached, hashFiles, readIfThere, ROOT, run } from './step.mjs';

const NEEDED = 'check the network and the npm registry, then: npm run setup';

/** Installs what package-lock.json names. @param {(line: string) => void} say */
export async function installNodePackages(say) {
  await cached({
    say,
    name: 'npm packages',
    stamp: 'node_modules/.tempered-stamp',
    key: hashFiles(['package-lock.json']),
    work: async () => {
      if (installedAsLocked()) return;
      const args = ['ci', '--no-audit', '--no-fund', '--prefer-offline'];
      await run({
        name: 'npm',
        program: process.platform === 'win32' ? 'npm.cmd' : 'npm',
        args,
        remedy: NEEDED,
        tries: 2,
      });
    },
  });
}

/** True when somebody ran `npm install` before: npm's own record of node_modules says the same as the lock file. */
function installedAsLocked() {
  const locked = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  if (locked === undefined || installed === undefined) return false;
  return Object.entries(locked).every(([path, entry]) => {
    if (path === '') return true;
    const there = installed[path];
    // Packages for other systems are locked but not installed.
    return there === undefined
      ? entry.optional === true || entry.devOptional === true
      : there.integrity === entry.integrity;
  });
}

/** @param {string} path @returns {Record<string, { integrity?: string, optional?: boolean, devOptional?: boolean }> | undefined} */
function packagesOf(path) {
  const text = readIfThere(join(ROOT, path));
  return text === undefined ? undefined : JSON.parse(text).packages;
}
