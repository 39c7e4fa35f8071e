import { z } from 'zod';
import { DatasetRef } from '../refs.js';
import { defineStage } from '../stage.js';

/** Makes features of each day and splits the days by time: the test period is the end, and nothing of it is in the training. */
export const features = defineStage({
  name: 'features',
  inputs: { days: DatasetRef },
  requires: { days: { date: ['date32[day]'], '{target}': ['double'] } },
  params: {
    target: z.string().min(1),
    weather: z.array(z.string().min(1)),
    lags: z.array(z.int().min(1)),
    testDays: z.int().min(1),
  },
  output: {
    train: DatasetRef,
    test: DatasetRef,
    /** The first days of the test period. */
    firstRows: DatasetRef,
    /** Every calendar day, whole or not: what can be asked about. */
    days: DatasetRef,
    features: z.array(z.string()),
    /** First day of the test period. */
    testFrom: z.iso.date(),
    counts: z.record(z.string(), z.int().nonnegative()),
  },
  job: { engine: 'python', entry: 'jobs/python/features.py' },
  needs: { memory: '512MiB', cpus: 1, disk: '16MiB' },
  settings: {},
  levers: ['memory'],
  salvage: 'nothing',
});
