import { z } from 'zod';
import { ArtifactRef, DatasetRef, ModelRef } from '../refs.js';
import { defineStage } from '../stage.js';

/** Batch inference in bounded memory over any dataset with the model's columns. */
export const predict = defineStage({
  name: 'predict',
  inputs: { model: ModelRef, dataset: DatasetRef },
  params: { csv: z.boolean() },
  output: { predictions: DatasetRef, csv: ArtifactRef.optional() },
  job: { engine: 'python', entry: 'jobs/python/predict.py' },
  needs: { memory: '1GiB', cpus: 2, disk: '64MiB', diskPerRow: '96B' },
  settings: { concurrency: 1, threads: 2, batchRows: 250_000 },
  // threads is none: no learner holds more for a second thread, measured with all three.
  levers: ['concurrency', 'batchRows', 'memory'],
  salvage: 'chunks',
});
