import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cached, hashFiles, ROOT, run } from './step.mjs';

const VENV = '.venv';
const PYTHON = join(ROOT, VENV, 'bin/python');
const NEEDED = 'check the network and the Python package index, then: npm run setup';

/**
 * Makes `.venv` with exactly the locked packages, each checked by its hash.
 * @param {(line: string) => void} say @param {{ program: string, version: string }} python @param {boolean} withTests
 */
export async function installPythonPackages(say, python, withTests) {
  const minor = python.version.split('.').slice(0, 2).join('.');
  await cached({
    say,
    name: 'python packages',
    hint: 'some 1.5 GB, a few minutes the first time',
    stamp: `${VENV}/.tempered-stamp`,
    key: `${minor} ${hashFiles(['python/requirements.lock'])}`,
    work: async () => {
      if (!existsSync(PYTHON)) await makeVenv(python.program);
      await install('python', 'python/requirements.lock');
    },
  });
  if (!withTests) return;
  await cached({
    say,
    name: 'python packages for tests',
    stamp: `${VENV}/.tempered-dev-stamp`,
    key: `${minor} ${hashFiles(['python/requirements-dev.lock'])}`,
    work: () => install('python-dev', 'python/requirements-dev.lock'),
  });
}

/** @param {string} program */
async function makeVenv(program) {
  rmSync(join(ROOT, VENV), { recursive: true, force: true }); // what an interrupted attempt left
  await run({
    name: 'venv',
    program,
    args: ['-m', 'venv', VENV],
    remedy: 'on Debian and Ubuntu: apt install python3-venv, then: npm run setup',
  });
}

/** @param {string} name @param {string} lock */
async function install(name, lock) {
  const args = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--require-hashes', '-r', lock];
  await run({ name, program: PYTHON, args, remedy: NEEDED, tries: 2 });
}
