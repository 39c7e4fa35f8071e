import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { KeyParts } from '../contracts/stage-record.js';
import { explainMiss, hashJobCode, stageKeyOf } from './stage-key.js';

const parts: KeyParts = {
  stage: 'etl',
  code: 'c1',
  inputs: { raw: 'a'.repeat(64) },
  params: { dataDate: '2026-11-20', split: { kind: 'random', seed: 42 } },
};

describe('the key of a stage', () => {
  test('does not depend on the order of fields', () => {
    const shuffled = {
      params: { split: { seed: 42, kind: 'random' }, dataDate: '2026-11-20' },
      inputs: parts.inputs,
      code: 'c1',
      stage: 'etl',
    };
    expect(stageKeyOf(shuffled)).toBe(stageKeyOf(parts));
  });

  test.each([
    { what: 'a parameter', changed: { ...parts, params: { ...parts.params, dataDate: '2026-11-21' } } },
    { what: 'an input', changed: { ...parts, inputs: { raw: 'b'.repeat(64) } } },
    { what: 'the code', changed: { ...parts, code: 'c2' } },
    { what: 'the stage', changed: { ...parts, stage: 'tune' } },
  ])('changes with $what', ({ changed }) => {
    expect(stageKeyOf(changed)).not.toBe(stageKeyOf(parts));
  });
});

describe('the explanation of a cache miss', () => {
  test.each([
    { given: 'nothing published yet', before: null, says: 'first run of this stage' },
    {
      given: 'another parameter',
      before: { ...parts, params: { ...parts.params, dataDate: '2026-11-19' } },
      says: 'changed: parameter dataDate ("2026-11-19" -> "2026-11-20")',
    },
    { given: 'another input', before: { ...parts, inputs: { raw: 'b'.repeat(64) } }, says: 'changed: input raw' },
    { given: 'other code', before: { ...parts, code: 'c0' }, says: 'changed: the code of the job' },
    { given: 'the same parts', before: parts, says: 'its earlier result is no longer there' },
  ])('with $given', ({ before, says }) => {
    expect(explainMiss(parts, before)).toBe(says);
  });
});

describe('the hash of the code of a job', () => {
  let root = '';
  const write = async (file: string, text: string) => {
    await mkdir(path.join(root, path.dirname(file)), { recursive: true });
    await writeFile(path.join(root, file), text);
  };

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'tempered-code-'));
    await write('jobs/lib/contract.py', 'a = 1');
    await write('jobs/ray/tune.py', 'b = 1');
    await write('jobs/spark/etl.py', 'c = 1');
  });
  afterEach(() => rm(root, { recursive: true }));

  test.each([
    { change: 'jobs/ray/tune.py', changes: true },
    { change: 'jobs/ray/learners/lightgbm.py', changes: true },
    { change: 'jobs/lib/contract.py', changes: true },
    { change: 'jobs/spark/etl.py', changes: false },
    { change: 'jobs/ray/test_tune.py', changes: false },
  ])('a change of $change counts for tune: $changes', async ({ change, changes }) => {
    const before = await hashJobCode(root, 'jobs/ray/tune.py');
    await write(change, 'changed = True');
    expect((await hashJobCode(root, 'jobs/ray/tune.py')) !== before).toBe(changes);
  });

  test.each([
    { change: 'rain/measure.py', changes: true },
    { change: 'rain/deep/table.py', changes: true },
    { change: 'rain/node_modules/tool/gyp.py', changes: false },
    { change: 'rain/.venv/lib/numpy.py', changes: false },
    { change: 'rain/pipeline.ts', changes: false },
    { change: 'snow/measure.py', changes: false },
  ])("a change of $change counts for a user's own job in rain/: $changes", async ({ change, changes }) => {
    const hash = () => hashJobCode(root, 'measure.py', path.join(root, 'rain'));
    await write('rain/measure.py', 'd = 1');
    const before = await hash();
    await write(change, 'changed = True');
    expect((await hash()) !== before).toBe(changes);
  });

  test("a user's own job that uses the library is hashed with it", async () => {
    const hash = () => hashJobCode(root, 'measure.py', path.join(root, 'rain'));
    await write('rain/measure.py', 'd = 1');
    const before = await hash();
    await write('jobs/lib/contract.py', 'a = 2');
    expect(await hash()).not.toBe(before);
  });
});
