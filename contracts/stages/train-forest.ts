import { z } from 'zod';
import { ArtifactRef, DatasetRef } from '../refs.js';
import { defineStage } from '../stage.js';
import { Sample } from './tune.js';

/**
 * One large random forest. It begins as the published report's training did, with all rows gathered in one process, which no 2 GiB machine
 * survives at 30,000,000 rows; its first lever streams them instead.
 */
export const trainForest = defineStage({
  name: 'train-forest',
  inputs: { train: DatasetRef },
  requires: { train: { '{target}': ['double'] } },
  params: {
    trees: z.int().min(1).max(10_000).default(500),
    leaves: z.int().min(2).max(65_536).default(255),
    seed: z.int().nonnegative(),
    target: z.string().min(1),
    features: z.array(z.string().min(1)).min(1),
  },
  output: {
    candidate: ArtifactRef,
    trees: z.int().positive(),
    trainRows: z.int().nonnegative(),
    collected: z.boolean(),
    sampled: Sample.nullable(),
  },
  job: { engine: 'python', entry: 'jobs/ray/train_forest.py' },
  needs: { memory: '2GiB', cpus: 2, disk: '256MiB', diskPerRow: '48B' },
  settings: { collect: true, threads: 2, histogramBins: 255, sampleShare: 1 },
  levers: ['collect', 'threads', 'histogramBins', 'memory', 'sampleShare'],
  salvage: 'trials',
});
