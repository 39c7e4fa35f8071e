import { z } from 'zod';
import { Evaluation } from '../metrics.js';
import { ArtifactRef, DatasetRef, ModelRef } from '../refs.js';
import { defineStage } from '../stage.js';

/** Measures a candidate, the naive baseline and the champion, if there is one, on the same holdout. */
export const evaluate = defineStage({
  name: 'evaluate',
  inputs: { candidate: ArtifactRef, holdout: DatasetRef, firstRows: DatasetRef, champion: ModelRef.nullable() },
  requires: { holdout: { salary: ['double'] } },
  params: {
    target: z.string().min(1),
    bootstrapSamples: z.int().min(100).max(100_000),
    seed: z.int().nonnegative(),
  },
  output: { predictions: DatasetRef, ...Evaluation.shape },
  job: { engine: 'python', entry: 'jobs/python/evaluate.py' },
  needs: { memory: '1GiB', memoryPerRow: '160B', cpus: 2, disk: '64MiB', diskPerRow: '48B' },
  settings: { batchRows: 250_000 },
  levers: ['batchRows', 'memory'],
  // Metrics need all predictions at once, and these cost some seconds a million rows: little would be saved.
  salvage: 'nothing',
});
