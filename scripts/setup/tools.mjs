import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, SetupError } from './step.mjs';

const NODE = [20, 20];
const PYTHON = { oldest: 11, newest: 13 };
const JAVA = 17;

/** The Python version that the locked packages are tested with comes first. */
const PYTHONS = ['python3.11', 'python3.12', 'python3.13', 'python3', 'python'];

/** A tool that does not say its version in this time hangs. */
const TIMEOUT_MS = 20_000;

/** @returns {string} version @throws {SetupError} */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NODE[0] || (major === NODE[0] && minor >= NODE[1])) return process.versions.node;
  throw new SetupError(
    `Node ${process.versions.node} is too old; needed is ${NODE.join('.')} or later`,
    'install Node 20 LTS (20.20 or later) or 22 LTS: https://nodejs.org/en/download, or: nvm install 20',
  );
}

/** @typedef {{ program: string, version: string }} Tool */

/**
 * The Python of an existing `.venv`, else the first one on PATH that fits. `TEMPERED_PYTHON` names another one.
 * @returns {Promise<Tool>} @throws {SetupError} that names every Python found
 */
export async function findPython() {
  const named = process.env['TEMPERED_PYTHON'];
  const inVenv = join(ROOT, '.venv/bin/python');
  const candidates = named ? [named] : [...(existsSync(inVenv) ? [inVenv] : []), ...PYTHONS];
  const seen = [];
  for (const program of candidates) {
    const version = /Python (\d+\.\d+\.\d+)/.exec(await output(program, ['--version']))?.[1];
    if (version === undefined) continue;
    const [major, minor] = version.split('.').map(Number);
    if (major === 3 && minor >= PYTHON.oldest && minor <= PYTHON.newest) return { program, version };
    seen.push(`${program} is ${version}`);
  }
  throw new SetupError(
    `no Python 3.${PYTHON.oldest} to 3.${PYTHON.newest} was found (${seen.join(', ') || `looked for ${candidates.join(', ')}`})`,
    process.platform === 'darwin'
      ? 'install one: brew install python@3.12'
      : 'install one: apt install python3.11 python3.11-venv (or dnf install python3.12), or name one by TEMPERED_PYTHON',
  );
}

/** @returns {Promise<Tool>} @throws {SetupError} */
export async function findJava() {
  const home = process.env['JAVA_HOME'];
  const program = home ? join(home, 'bin/java') : 'java';
  const text = await output(program, ['-version']);
  const version = /version "([^"]+)"/.exec(text)?.[1];
  // Java 8 and before called themselves 1.8.
  const major = Number(/^(?:1\.)?(\d+)/.exec(version ?? '')?.[1]);
  if (version !== undefined && major >= JAVA) return { program, version };
  const found =
    version === undefined ? `no Java was found (looked for ${program})` : `Java ${version} (${program}) is too old`;
  throw new SetupError(
    `${found}; Spark needs ${JAVA} or later`,
    process.platform === 'darwin'
      ? 'install one: brew install openjdk@17, then set JAVA_HOME to it'
      : 'install one: apt install openjdk-17-jre-headless (or dnf install java-17-openjdk-headless), or set JAVA_HOME to one',
  );
}

/** @returns {Promise<string>} stdout and stderr; empty when the program is not there or fails */
function output(/** @type {string} */ program, /** @type {readonly string[]} */ args) {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: TIMEOUT_MS }, (error, stdout, stderr) =>
      resolve(error ? '' : `${stdout}${stderr}`),
    );
  });
}
