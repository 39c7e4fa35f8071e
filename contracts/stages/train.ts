import { z } from 'zod';
import { ArtifactRef, DatasetRef } from '../refs.js';
import { defineStage } from '../stage.js';

/** The families of models that a series is forecast with. */
export const SeriesLearner = z.enum(['linear', 'lightgbm']);

/** Fits models of a short series and keeps the one that does best on the last part of the training period. */
export const train = defineStage({
  name: 'train',
  inputs: { train: DatasetRef },
  requires: { train: { '{target}': ['double'] } },
  params: {
    target: z.string().min(1),
    features: z.array(z.string().min(1)).min(1),
    learners: z.array(SeriesLearner).min(1),
    validationShare: z.number().gt(0).lt(1),
    seed: z.int().nonnegative(),
  },
  output: {
    candidate: ArtifactRef,
    learner: SeriesLearner,
    scores: z.array(
      z.strictObject({ learner: SeriesLearner, validationRmse: z.number().nonnegative(), params: z.looseObject({}) }),
    ),
    trainRows: z.int().positive(),
    validationRows: z.int().positive(),
  },
  job: { engine: 'python', entry: 'jobs/ray/train.py' },
  needs: { memory: '1GiB', memoryPerRow: '1KiB', cpus: 1, disk: '64MiB' },
  settings: {},
  levers: ['memory'],
  salvage: 'nothing',
});
