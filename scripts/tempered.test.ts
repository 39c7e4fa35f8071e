import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Io } from './io.js';
import { runStartWorkflow } from './start-workflow.js';
import { runTempered } from './tempered.js';

const kept = { ...process.env };
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tempered-commands-'));
  process.env = Object.fromEntries(Object.entries(kept).filter(([name]) => !name.startsWith('TEMPORAL_')));
  writeFileSync(join(folder, 'temporal.toml'), '[profile]\n');
  Object.assign(process.env, { TEMPERED_HOME: folder, TEMPORAL_CONFIG_FILE: join(folder, 'temporal.toml') });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  process.env = { ...kept };
});

type Entry = (argv: readonly string[], io: Io) => Promise<number>;

async function run(entry: Entry, line: string): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const exitCode = await entry(line.split(' '), { stdout, stderr, interactive: false });
  const text = (stream: PassThrough) => String(stream.read() ?? '');
  return { exitCode, stdout: text(stdout), stderr: text(stderr) };
}

test.each([
  { entry: runTempered, line: '--help', shows: 'schedule' },
  { entry: runTempered, line: 'schedule apply --help', shows: '--prune' },
  { entry: runTempered, line: 'classify --help', shows: '--oom-kills' },
  { entry: runTempered, line: 'models --help', shows: 'rollback [options] [model]' },
  { entry: runTempered, line: 'models list', shows: 'no model is stored yet' },
  { entry: runStartWorkflow, line: '--help', shows: 'salary' },
  {
    entry: runStartWorkflow,
    line: 'salary --help',
    shows: 'largest share of bad rows before the run stops (a number from 0 to 1)',
  },
])('$line goes to stdout and succeeds', async ({ entry, line, shows }) => {
  const { exitCode, stdout, stderr } = await run(entry, line);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toContain(shows);
});

test.each([
  { entry: runTempered, line: 'stauts', says: 'Did you mean status?' },
  { entry: runTempered, line: 'runs --limit 0', says: 'whole number from 1' },
  { entry: runTempered, line: 'classify none.log', says: 'none.log does not exist' },
  { entry: runTempered, line: 'classify .', says: '. is a directory' },
  { entry: runTempered, line: 'classify x --exit often', says: 'exit code such as 137' },
  { entry: runTempered, line: 'classify x --engine cobol', says: 'Allowed choices are spark' },
  { entry: runTempered, line: 'models promote', says: "missing required argument 'model'" },
  { entry: runTempered, line: 'models show salry', says: 'there is no model "salry"; the store is empty' },
  { entry: runTempered, line: 'models list salry', says: 'there is no model "salry"; the store is empty' },
  { entry: runTempered, line: 'models promote salry', says: 'there is no model "salry"; the store is empty' },
  { entry: runTempered, line: 'models show Salary', says: 'model name "Salary" cannot be a folder name' },
  { entry: runTempered, line: 'models rollback', says: 'MODEL: found nothing; allowed is none is stored yet' },
  { entry: runTempered, line: 'logs r1 --attempt 0', says: 'whole number from 1' },
  { entry: runTempered, line: 'show', says: "missing required argument 'run'" },
  { entry: runStartWorkflow, line: 'salry', says: 'Did you mean salary?' },
  { entry: runStartWorkflow, line: 'salary --sett rows=1', says: 'Did you mean --set?' },
  { entry: runStartWorkflow, line: 'salary --set rows=0', says: 'rows: found 0' },
  { entry: runStartWorkflow, line: 'salary --set rows', says: 'expected name=value' },
  { entry: runStartWorkflow, line: 'salary --input none.json', says: 'none.json does not exist' },
])('$line is a wrong input, exit code 2', async ({ entry, line, says }) => {
  const { exitCode, stdout, stderr } = await run(entry, line);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain(says);
});

test.each(['runs', 'show r1', 'watch r1', 'cancel r1', 'logs r1', 'schedule list'])(
  '%s without a server ends with exit code 3 and says how to start one',
  async (line) => {
    const { exitCode, stderr } = await run(runTempered, line);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('next   start it: npx tempered up');
  },
);

test('with --json an error is one document on stdout', async () => {
  const { exitCode, stdout, stderr } = await run(runStartWorkflow, 'salary --set trails=5 --json');
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ failure: { code: 'WRONG_INPUT', field: 'trails' } });
});

test('with --json a wrong command line is one document as well', async () => {
  const { exitCode, stdout } = await run(runTempered, 'runs --limt 5 --json');
  expect(exitCode).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ failure: { code: 'WRONG_INPUT' } });
});

test('status of a platform that is down has exit code 3', async () => {
  const { exitCode, stdout } = await run(runTempered, 'status --json');
  expect(exitCode).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({ up: false, server: { state: 'stopped' }, jobs: 0 });
});

test('down where nothing runs is fine', async () => {
  const { exitCode, stdout } = await run(runTempered, 'down');
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'down   nothing was running\n' });
});

describe('classify', () => {
  const inFolder = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  test('says what died, of which memory, why, and what would help', async () => {
    const log = inFolder('job.log', 'fatal error: out of memory\n\ngoroutine 1 [running]:\n');
    const { exitCode, stdout } = await run(runTempered, `classify ${log} --exit 2`);
    expect(exitCode).toBe(0);
    expect(stdout.split('\n')).toEqual([
      "It ran out of memory: the machine's or a native process's memory (certain).",
      'why    fatal error: out of memory  (rule go-out-of-memory-thrown)',
      'helps  fewer jobs at a time on the machine, smaller chunks, then a machine with more memory',
      '',
    ]);
  });

  test('reads an evidence JSON, leaves out what is absurd in it, and believes the options more', async () => {
    const wrong = {
      engine: 'cobol',
      exit: { code: 'often', signal: 'SIGKILL' },
      kernel: { oomKillDelta: -7 },
      memory: 9,
    };
    const evidence = inFolder('evidence.json', JSON.stringify(wrong));
    const plain = await run(runTempered, `classify ${evidence} --json`);
    expect(JSON.parse(plain.stdout)).toMatchObject({ kind: 'unknown', certainty: 'ambiguous', region: null });
    const counted = await run(runTempered, `classify ${evidence} --oom-kills 1 --json`);
    expect(JSON.parse(counted.stdout)).toMatchObject({ kind: 'out-of-memory', region: 'container' });
  });

  test('a log larger than it reads is judged by its ends', async () => {
    const large = Buffer.concat([Buffer.alloc(6 * 1024 * 1024, 0xff), Buffer.from('\nMemoryError\n')]);
    const { stdout } = await run(runTempered, `classify ${inFolder('large.log', large)} --exit 1 --json`);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'out-of-memory', region: 'python-worker' });
  });
});
