import { z } from 'zod';
import { ArtifactRef, DatasetRef } from '../../contracts/refs.js';
import { defineStage } from '../../contracts/stage.js';
import type { StageCall, StageDefinition, StageOutput } from '../../contracts/stage.js';
import { expectType } from './equal.js';
import type { Equal } from './equal.js';

const source = {
  name: 'tune',
  inputs: { train: DatasetRef, champion: ArtifactRef.nullable() },
  params: { trials: z.int().default(20), target: z.string() },
  output: { candidate: ArtifactRef, score: z.number() },
  job: { engine: 'ray', entry: 'jobs/ray/tune.py' },
  needs: { memory: '2GiB', cpus: 2, disk: '1GiB' },
  settings: { concurrency: 1 },
  levers: ['concurrency', 'memory'],
  salvage: 'trials',
} as const;

const tune = defineStage(source);
declare const dataset: DatasetRef;
declare const artifact: ArtifactRef;

// What a definition keeps.
expectType<Equal<typeof tune.name, 'tune'>>();
expectType<Equal<ReturnType<typeof tune.params.parse>, { trials: number; target: string }>>();
tune satisfies StageDefinition;

// What a definition refuses.
// @ts-expect-error an input is a reference to published data, not a value: its content hash is part of the key
defineStage({ ...source, inputs: { rows: z.number() } });
// @ts-expect-error there is no such engine
defineStage({ ...source, job: { engine: 'dask', entry: 'jobs/dask/tune.py' } });
// @ts-expect-error there is no such lever
defineStage({ ...source, levers: ['prayer'] });
// @ts-expect-error there is no such salvage
defineStage({ ...source, salvage: 'everything' });
// @ts-expect-error a stage says what it needs
defineStage({ ...source, needs: { memory: '2GiB' } });

// What a call takes.
const call: StageCall<typeof tune> = { train: dataset, champion: null, target: 'salary' };
expectType<Equal<(typeof call)['train'], z.infer<typeof DatasetRef>>>();
({ train: dataset, champion: artifact, target: 'salary', trials: 5 }) satisfies StageCall<typeof tune>;
// @ts-expect-error an input is missing
({ champion: null, target: 'salary' }) satisfies StageCall<typeof tune>;
// @ts-expect-error a parameter without a default is missing
({ train: dataset, champion: null }) satisfies StageCall<typeof tune>;
// @ts-expect-error a dataset is wanted, not an artifact
({ train: artifact, champion: null, target: 'salary' }) satisfies StageCall<typeof tune>;
// @ts-expect-error only a nullable input can be null
({ train: null, champion: null, target: 'salary' }) satisfies StageCall<typeof tune>;
// @ts-expect-error a parameter has the wrong type
({ train: dataset, champion: null, target: 'salary', trials: '5' }) satisfies StageCall<typeof tune>;
// @ts-expect-error there is no such parameter
({ train: dataset, champion: null, target: 'salary', trails: 5 }) satisfies StageCall<typeof tune>;
// @ts-expect-error a call is read-only
call.target = 'age';

// What a call gives.
declare const output: StageOutput<typeof tune>;
expectType<Equal<typeof output.candidate, z.infer<typeof ArtifactRef>>>();
expectType<Equal<typeof output.score, number>>();
expectType<Equal<keyof typeof output, 'candidate' | 'score'>>();
// @ts-expect-error an output is read-only
output.score = 1;
