import { z } from 'zod';
import { Evaluation } from '../metrics.js';
import { ArtifactRef, DatasetRef, ModelRef } from '../refs.js';
import { defineStage } from '../stage.js';

/** Measures a candidate, naive baselines and the champion, if there is one, on the same holdout. */
export const evaluate = defineStage({
  name: 'evaluate',
  inputs: { candidate: ArtifactRef, holdout: DatasetRef, firstRows: DatasetRef, champion: ModelRef.nullable() },
  requires: { holdout: { '{target}': ['double'] } },
  params: {
    target: z.string().min(1),
    /** Resamples of the holdout behind each interval. */
    bootstrapSamples: z.int().min(100).max(100_000).default(1000),
    seed: z.int().nonnegative(),
    /** Columns of the holdout that hold naive forecasts. The strongest of them and of the training mean is to be beaten. */
    baselines: z.array(z.string().min(1)).default([]),
    /** Columns of the holdout that the predictions table shows too. */
    keep: z.array(z.string().min(1)).default([]),
  },
  output: { predictions: DatasetRef, ...Evaluation.shape },
  job: { engine: 'python', entry: 'jobs/python/evaluate.py' },
  needs: { memory: '1GiB', memoryPerRow: '160B', cpus: 2, disk: '64MiB', diskPerRow: '48B' },
  settings: { batchRows: 250_000 },
  levers: ['batchRows', 'memory'],
  salvage: 'chunks',
});
