import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineStage } from './stage.js';

const SOURCE = {
  name: 'count',
  inputs: {},
  params: { rows: z.int() },
  output: {},
  job: { engine: 'python', entry: 'jobs/python/count.py' },
  needs: { memory: '1GiB', cpus: 1, disk: '1MiB' },
  salvage: 'nothing',
} as const;

test('a lever without a setting to change is refused when the stage is defined', () => {
  const define = () => defineStage({ ...SOURCE, settings: { threads: 2 }, levers: ['batchRows', 'memory'] });
  expect(define).toThrow(
    new RangeError('stage count: the lever "batchRows" needs a setting of that name; its settings are threads'),
  );
});

test('settings that depend on the rows are looked at too, and memory needs none', () => {
  const stage = defineStage({ ...SOURCE, settings: (rows) => ({ batchRows: rows }), levers: ['batchRows', 'memory'] });
  expect(stage.settingsFor(7)).toEqual({ batchRows: 7 });
});
