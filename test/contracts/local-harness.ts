import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { JobSpec } from '../../contracts/job.js';
import { LocalPlatform } from '../../platforms/local/local-platform.js';
import type { LocalPlatformOptions } from '../../platforms/local/local-platform.js';
import type { PlatformHarness } from './platform.js';
import { PREAMBLE } from './programs.js';

const MIB = 2 ** 20;

/** A local platform in a folder of its own, with the machine's Python. */
export interface LocalHarness extends PlatformHarness {
  readonly platform: LocalPlatform;
  readonly folder: string;
  readonly stateDir: string;
}

/** Opens a local platform for tests: small budget, short grace. */
export function openLocalHarness(options: Partial<LocalPlatformOptions> = {}): LocalHarness {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tempered-test-')));
  const stateDir = join(folder, 'state');
  const venv = join(folder, 'venv');
  mkdirSync(join(venv, 'bin'), { recursive: true });
  const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
  symlinkSync(python, join(venv, 'bin', 'python'));
  const reopen = () =>
    LocalPlatform.open({
      stateDir,
      projectRoot: folder,
      venv,
      memoryBudgetBytes: 1024 * MIB,
      stopGraceMs: 2000,
      ...options,
    });
  const platform = reopen();
  const made: JobSpec[] = [];

  return {
    platform,
    seesVitals: process.platform === 'linux', // elsewhere there is no /proc to read them from
    folder,
    stateDir,
    reopen,
    makeJob: (name, source, change = {}) => {
      const jobFolder = join(folder, 'jobs', name);
      mkdirSync(jobFolder, { recursive: true });
      writeFileSync(join(jobFolder, 'job.json'), '{}');
      const entry = join(jobFolder, 'program.py');
      writeFileSync(entry, PREAMBLE + source);
      const job: JobSpec = {
        key: `test/${name}-a1`,
        stage: name,
        engine: 'python',
        entry: relative(folder, entry),
        jobDirUri: pathToFileURL(jobFolder).href,
        resources: { memoryBytes: 128 * MIB, cpus: 1, diskBytes: 0 },
        settings: {},
        ...change,
      };
      made.push(job);
      return Promise.resolve(job);
    },
    countStarts: (job) => {
      const names = readdirSync(fileURLToPath(job.jobDirUri));
      return Promise.resolve(names.filter((file) => file.startsWith('started-')).length);
    },
    close: async () => {
      await Promise.all(made.map(({ key }) => platform.stop({ platform: 'local', key, id: key }, 'shutdown')));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
