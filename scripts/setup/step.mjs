import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';

/** Folder of the checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where steps write what their programs print; relative to {@link ROOT}. */
const LOGS = '.tempered/logs';

/** A person who sees nothing for longer thinks that it hangs. */
const REMIND_EVERY_MS = 20_000;

/** What went wrong in a step, and what a person should do. */
export class SetupError extends Error {
  /** @param {string} message @param {string} remedy */
  constructor(message, remedy) {
    super(message);
    this.remedy = remedy;
  }
}

/** @returns a function that prints a progress line with the seconds since the start */
export function startClock() {
  const startMs = performance.now();
  return (/** @type {string} */ line) => {
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    process.stderr.write(`[setup ${seconds.padStart(5)} s] ${line}\n`);
  };
}

/**
 * Does something unless it was done for the same key. The stamp is written last, so a step that was interrupted is done again.
 * @param {{ say: (line: string) => void, name: string, hint?: string, stamp: string, key: string, work: () => Promise<void> }} step
 */
export async function cached({ say, name, hint, stamp, key, work }) {
  const path = join(ROOT, stamp);
  if (readIfThere(path) === key) {
    say(`${name}: up to date`);
    return;
  }
  say(`${name} ...${hint === undefined ? '' : ` (${hint})`}`);
  const reminder = setInterval(() => say(`${name}: still at it`), REMIND_EVERY_MS);
  await work().finally(() => clearInterval(reminder));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, key);
  say(`${name}: done`);
}

/**
 * Runs a program with its output in a log.
 * @param {{ name: string, program: string, args: readonly string[], remedy: string, tries?: number }} command
 * @throws {SetupError} with the end of the log when it fails at every try
 */
export async function run({ name, program, args, remedy, tries = 1 }) {
  mkdirSync(join(ROOT, LOGS), { recursive: true });
  const log = join(ROOT, LOGS, `setup-${name}.log`);
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await runOnce(program, args, log);
    if (outcome === 0) return;
    if (attempt < tries) continue;
    const tail = readFileSync(log, 'utf8').trim().split('\n').slice(-15).join('\n  ');
    throw new SetupError(`${name} failed (${program}: ${outcome}):\n  ${tail}`, `${remedy}; the whole log: ${log}`);
  }
}

/** @returns {Promise<number | string>} exit code, or why there is none */
function runOnce(/** @type {string} */ program, /** @type {readonly string[]} */ args, /** @type {string} */ log) {
  const output = openSync(log, 'w');
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', output, output] });
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'ended'));
  }).finally(() => closeSync(output));
}

/** A hash of files' contents and names, in a fixed order. @param {readonly string[]} paths relative to the checkout */
export function hashFiles(paths) {
  const hash = createHash('sha256');
  for (const path of [...paths].sort()) hash.update(`${path}\0`).update(readIfThere(join(ROOT, path)) ?? '');
  return hash.digest('hex');
}

/** Files below a folder whose names end so; relative to the checkout. @param {string} folder @param {string} ending @returns {string[]} */
export function filesBelow(folder, ending) {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return filesBelow(path, ending);
    return entry.name.endsWith(ending) ? [path] : [];
  });
}

/** @param {string} path @returns {string | undefined} */
export function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // absent: the caller makes it
  }
}
