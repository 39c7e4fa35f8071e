import { z } from 'zod';
import { Evaluation } from '../metrics.js';
import { ArtifactRef, ModelRef } from '../refs.js';
import { defineStage } from '../stage.js';

/** Puts a candidate that passed the gate into the model store, checked once more in a fresh process. */
export const store = defineStage({
  name: 'store',
  inputs: { candidate: ArtifactRef },
  params: {
    name: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, a letter first'),
    evaluation: Evaluation,
  },
  output: { model: ModelRef },
  job: { engine: 'python', entry: 'jobs/python/store.py' },
  needs: { memory: '768MiB', cpus: 1, disk: '64MiB' },
  settings: {},
  levers: ['memory'],
  salvage: 'nothing',
});
