import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../contracts/system-error.js';
import { projectRoot } from '../../settings/home.js';
import { findTemporalProgram } from '../embedded/temporal-program.js';
import { type Finding, fail, ok } from '../../platforms/finding.js';
import type { DoneHere } from './done-here.js';

const run = promisify(execFile);

/** A tool that does not say its version in this time hangs. */
const TIMEOUT_MS = 20_000;

/** The Python packages that jobs cannot do without, by their names on PyPI; Spark's jobs need `pyspark` besides. */
const PACKAGES = ['ray', 'lightgbm', 'scikit-learn', 'pyarrow'];

const SETUP = 'install it: npm run setup';

/** Node, and what is needed by what is done here: Java, the Python environment and its packages, the Temporal CLI. */
export function checkTools({ engines, server }: DoneHere): Promise<readonly Finding[]> {
  const python = join(projectRoot, '.venv', 'bin', 'python');
  const packageOf = (name: string) =>
    versionOf(name, { program: () => python, args: ['-c', versionScript(name)], remedy: SETUP });
  return Promise.all([
    Promise.resolve(checkNode()),
    ...(engines.has('spark') ? [checkJava(), packageOf('pyspark')] : []),
    ...(engines.size > 0 ? [versionOf('python', { program: () => python, args: ['--version'], remedy: SETUP })] : []),
    ...(engines.size > 0 ? PACKAGES.map(packageOf) : []),
    ...(server ? [versionOf('temporal', { program: findTemporalProgram, args: ['--version'], remedy: SETUP })] : []),
  ]);
}

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 20)) return ok('node', process.versions.node);
  return fail('node', process.versions.node, 'install Node 20.20 or later: https://nodejs.org');
}

async function checkJava(): Promise<Finding> {
  const remedy = 'install Java 17 or later (https://adoptium.net), or set JAVA_HOME to it';
  const home = process.env['JAVA_HOME'];
  const check = await versionOf('java', {
    program: () => (home ? join(home, 'bin', 'java') : 'java'),
    args: ['-version'],
    remedy,
  });
  const major = Number(/version "(\d+)/.exec(check.found)?.[1]);
  if (check.verdict === 'fail') return check;
  const version = /version "([^"]+)"/.exec(check.found)?.[1] ?? check.found;
  return major >= 17 ? ok('java', version) : fail('java', version, remedy);
}

interface VersionQuestion {
  readonly program: () => string;
  readonly args: readonly string[];
  readonly remedy: string;
}

async function versionOf(name: string, { program, args, remedy }: VersionQuestion): Promise<Finding> {
  try {
    const { stdout, stderr } = await run(program(), args, { timeout: TIMEOUT_MS });
    return ok(name, `${stdout}${stderr}`.trim().split('\n')[0] ?? '');
  } catch (error) {
    const lines = messageOf(error).trim().split('\n');
    return fail(name, lines.at(-1) ?? '', remedy);
  }
}

function versionScript(name: string): string {
  return `from importlib.metadata import version; print(version("${name}"))`;
}
