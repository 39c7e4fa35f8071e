// What `npm test` does, in order. `needs` are the steps that must have run before; `minutes` is several times what a step takes on two cores.
import path from 'node:path';

const node = (program, ...args) => [process.execPath, path.join('node_modules', program), ...args];
const python = (...args) => [path.join('.venv', 'bin', 'python'), '-m', ...args];
const ROOMS =
  'contracts recovery costs settings storage platforms models serving workflows activities workers scripts bin test'.split(
    ' ',
  );

const tsc = (...args) => node('typescript/bin/tsc', ...args);
const jest = (project, ...args) => [
  process.execPath,
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning', // Jest's ES modules stand on it; said once here instead of by every worker
  path.join('node_modules', 'jest/bin/jest.js'),
  '--selectProjects',
  project,
  ...args,
];

const CHECKS = [
  {
    name: 'setup',
    title: 'packages, .venv and Temporal',
    run: [process.execPath, 'scripts/setup/setup.mjs', '--dev'],
    minutes: 20,
  },
  { name: 'format', title: 'prettier', run: node('prettier/bin/prettier.cjs', '--check', '.'), minutes: 3 },
  { name: 'lint', title: 'eslint', run: node('eslint/bin/eslint.js', '.', '--max-warnings', '0'), minutes: 10 },
  { name: 'build', title: 'tsc', run: [process.execPath, 'scripts/setup/setup.mjs', '--build'], minutes: 5 },
  { name: 'types', title: 'what must not compile', run: tsc('-p', 'test/typings'), minutes: 3 },
  { name: 'infra-build', title: 'tsc of infra/aws', run: tsc('-p', 'infra/aws'), minutes: 5 },
  {
    name: 'imports',
    title: 'dependency-cruiser',
    run: node('dependency-cruiser/bin/dependency-cruise.mjs', ...ROOMS, 'dist/workflows'),
    minutes: 3,
    needs: ['build'],
  },
  { name: 'ruff', title: 'ruff check', run: python('ruff', 'check', '.'), minutes: 2 },
  { name: 'ruff-format', title: 'ruff format --check', run: python('ruff', 'format', '--check', '.'), minutes: 2 },
  { name: 'mypy', title: 'mypy', run: python('mypy'), minutes: 5 },
];

const TESTS = [
  {
    name: 'pytest',
    title: 'the jobs',
    counts: 'pytest',
    run: python('pytest', '-q', '-p', 'no:cacheprovider', '--durations=20', '-m', 'not long'),
    minutes: 35,
  },
  { name: 'unit', title: 'one module at a time', counts: 'jest', run: jest('unit'), minutes: 5 },
  {
    name: 'infra',
    title: 'the AWS deployment',
    counts: 'jest',
    run: jest('infra'),
    minutes: 5,
    needs: ['build', 'infra-build'],
  },
  { name: 'replay', title: 'recorded histories', counts: 'jest', run: jest('replay', '--runInBand'), minutes: 5 },
  {
    name: 'integration',
    title: 'real servers, workers and engines',
    counts: 'jest',
    run: jest('integration', '--runInBand'),
    minutes: 40,
  },
  { name: 'e2e', title: 'real Spark and Ray', counts: 'jest', run: jest('e2e', '--runInBand'), minutes: 20 },
];

/** Heavier proofs, which run when they are asked for: `npm run test:long`. */
const LONG = [
  {
    name: 'long-jobs',
    title: 'jobs over several hosts, killed and continued',
    counts: 'pytest',
    run: python('pytest', '-q', '-p', 'no:cacheprovider', '-m', 'long'),
    minutes: 30,
  },
  {
    name: 'long',
    title: 'jobs on the fake AWS',
    counts: 'jest',
    run: jest('long', '--runInBand'),
    minutes: 30,
  },
];

const REPORT_FLAGS = {
  jest: (report) => ['--json', `--outputFile=${report}`],
  pytest: (report) => [`--junitxml=${report}`],
};

/**
 * The steps to run, in order.
 * @param {string[]} names the steps asked for; none means all but the long ones
 * @param {string} reports the folder that test reports go to
 */
export function chooseSteps(names, reports) {
  const usual = [...CHECKS, ...TESTS.map((step) => withReport(step, reports))];
  const steps = [...usual, ...LONG.map((step) => withReport(step, reports))];
  const unknown = names.find((name) => !steps.some((step) => step.name === name));
  if (unknown !== undefined) {
    console.error(`there is no step "${unknown}"; the steps are ${steps.map((step) => step.name).join(', ')}`);
    process.exit(2);
  }
  if (names.length === 0) return usual;
  const asked = steps.filter((step) => names.includes(step.name));
  const wanted = new Set(['setup', ...asked.flatMap((step) => [...(step.needs ?? []), step.name])]);
  return steps.filter((step) => wanted.has(step.name));
}

function withReport(step, reports) {
  const report = path.join(reports, `${step.name}.report`);
  const needs = step.needs ?? (step.counts === 'jest' ? ['build'] : []);
  return { ...step, report, needs, run: [...step.run, ...REPORT_FLAGS[step.counts](report)] };
}
