import { z } from 'zod';
import { ArtifactRef, DatasetRef } from '../refs.js';
import { defineStage } from '../stage.js';

/** The model families that can be searched over. */
export const Learner = z.enum(['lightgbm', 'xgboost', 'random-forest']);

/** How the best model is searched for. `report-grid` is the published report's search, `optuna` the default. */
export const Search = z.enum(['optuna', 'report-grid']);

/** The part of the training rows that a model was fitted on when memory did not suffice for all of them; null when it did. */
export const Sample = z.object({ share: z.number().gt(0).lt(1), rows: z.int().nonnegative() });
export type Sample = Readonly<z.infer<typeof Sample>>;

/** Searches for the best model on Ray. */
export const tune = defineStage({
  name: 'tune',
  inputs: { train: DatasetRef },
  requires: { train: { '{target}': ['double'] } },
  params: {
    search: Search,
    learners: z.array(Learner).min(1),
    trials: z.int().min(1).max(1000),
    seed: z.int().nonnegative(),
    target: z.string().min(1),
    features: z.array(z.string().min(1)).min(1),
  },
  output: {
    candidate: ArtifactRef,
    search: z.string(),
    trials: z.int().nonnegative(),
    best: z.looseObject({}),
    trainRows: z.int().nonnegative(),
    trialsTable: z.array(z.looseObject({})).optional(),
    sampled: Sample.nullable(),
  },
  job: { engine: 'ray', entry: 'jobs/ray/tune.py' },
  needs: { memory: '2GiB', memoryPerRow: '80B', cpus: 2, disk: '256MiB', diskPerRow: '48B' },
  settings: { concurrency: 1, threads: 2, histogramBins: 255, sampleShare: 1 },
  // A trial's rows are most of it: threads and bins free little, so they follow memory. Rows are left out last of all: that costs
  // accuracy, so the result says so.
  levers: ['concurrency', 'memory', 'threads', 'histogramBins', 'sampleShare'],
  salvage: 'trials',
});
