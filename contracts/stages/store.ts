import { Evaluation } from '../metrics.js';
import { ModelName } from '../model-name.js';
import { ArtifactRef, ModelRef } from '../refs.js';
import { defineStage } from '../stage.js';

/** Puts a candidate that passed the gate into the model store, checked once more in a fresh process. */
export const store = defineStage({
  name: 'store',
  inputs: { candidate: ArtifactRef },
  params: {
    name: ModelName,
    evaluation: Evaluation,
  },
  output: { model: ModelRef },
  job: { engine: 'python', entry: 'jobs/python/store.py' },
  needs: { memory: '768MiB', cpus: 1, disk: '64MiB' },
  settings: {},
  levers: ['memory'],
  salvage: 'nothing',
});
