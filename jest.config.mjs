// Jest runs what the compiler wrote to dist/, as native ES modules: see docs/decisions/0001-esm-and-compiled-tests.md.
// One project for each kind of test; `npm test -- unit` runs one of them.

import { existsSync } from 'node:fs';

const SECOND = 1_000;

// Each compiled test belongs to exactly one kind, by its folder; `timeoutMs` is for a single test on a busy machine with two cores.
const KINDS = {
  /** Beside the file that they test. */
  unit: { folder: '', without: ['test'], timeoutMs: 20 * SECOND },
  /** What an AWS account gets; compiled by itself. */
  infra: { folder: '', rootDir: 'dist-infra', timeoutMs: 60 * SECOND },
  /** Recorded histories; the workflows are bundled once. */
  replay: { folder: 'test/replay/', timeoutMs: 60 * SECOND },
  /** The rest: a real Temporal server, real workers, real processes. */
  integration: { folder: 'test/', without: ['test/replay', 'test/e2e', 'test/long'], timeoutMs: 120 * SECOND },
  /** Real Spark and Ray. */
  e2e: { folder: 'test/e2e/', timeoutMs: 600 * SECOND },
  /** Minutes of jobs on the fake AWS; `npm run test:long`. */
  long: { folder: 'test/long/', timeoutMs: 600 * SECOND },
};

// Jest refuses all projects when the folder of one is missing, and infra/aws is compiled for its own tests only.
const built = Object.entries(KINDS).filter(([, { rootDir = 'dist' }]) => existsSync(rootDir));

const projects = built.map(([displayName, { folder, rootDir = 'dist', without = [], timeoutMs }]) => ({
  displayName,
  rootDir,
  testEnvironment: 'node',
  testMatch: [`<rootDir>/${folder}**/*.test.js`],
  testPathIgnorePatterns: without.map((name) => `<rootDir>/${name}/`),
  // Read by prepare.mjs: Jest takes its own testTimeout from the whole configuration only, not from a project.
  globals: { testTimeoutMs: timeoutMs },
  setupFilesAfterEnv: ['<rootDir>/../test/harness/prepare.mjs'],
  transform: {},
}));

export default {
  projects,
  maxWorkers: 2,
  workerIdleMemoryLimit: '512MB', // a worker that kept more after a file is replaced: modules of ES tests are never unloaded
};
