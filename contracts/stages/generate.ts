import { z } from 'zod';
import { ArtifactRef, DatasetRef } from '../refs.js';
import { defineStage } from '../stage.js';

/** Largest dataset that can be asked for: what a single storage root can sensibly hold. */
export const MAX_ROWS = 10_000_000_000;

/** Which employee table: as the published report describes its data, or as its generator really made it. */
export const DatasetKind = z.enum(['described', 'published']);

/** How well the best possible model can do on generated data, from the formula that made it. */
export const NoiseFloor = z.object({ varianceNoise: z.number(), bestR2: z.number() });

/** Makes the employee table. */
export const generate = defineStage({
  name: 'generate',
  inputs: {},
  params: {
    rows: z.int().min(1).max(MAX_ROWS),
    dataset: DatasetKind,
    seed: z.int().nonnegative(),
    dataDate: z.iso.date(),
    chunkRows: z.int().positive().default(5_000_000),
    csv: z.boolean().default(false),
  },
  output: {
    dataset: DatasetRef,
    csv: ArtifactRef.optional(),
    source: DatasetKind,
    noiseFloor: NoiseFloor.nullable(),
  },
  job: { engine: 'python', entry: 'jobs/python/generate.py' },
  needs: { memory: '1536MiB', cpus: 2, disk: '64MiB', diskPerRow: '96B' },
  settings: { concurrency: 0, batchRows: 250_000 },
  // batchRows is none: a batch is a small part of what a process holds, measured from 1,000 to 250,000 rows.
  levers: ['concurrency', 'memory'],
  salvage: 'chunks',
});
