import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { PIPELINES } from '../contracts/pipelines/index.js';
import { Profile } from '../contracts/profile.js';
import type { Platform } from '../platforms/platform.js';
import type { LoadedProfile } from '../settings/profile.js';
import { temporaryStorage, type TemporaryStorage } from '../test/contracts/temporary-storage.js';
import type { JobsContext } from './context.js';
import { type JobRequest, submitJob } from './submit-job.js';

let place: TemporaryStorage;
beforeEach(async () => {
  place = await temporaryStorage();
});
afterEach(() => place.close());

const attempt = {
  ...{ number: 1, settings: {}, levers: [], because: 'first size' },
  resources: { memoryBytes: 1, cpus: 1, diskBytes: 1 },
};
const request: JobRequest = {
  ...{ pipeline: 'predict', stage: 'predict', stageKey: '0123456789', platform: 'slow', attempt },
  split: { params: { csv: false }, inputs: {} },
  run: { workflowId: 'run', runId: 'r' },
};

test('a submit that prepares something large reports each time that it has got on', async () => {
  const submit: Platform['submit'] = ({ key }, alive) => {
    for (let piece = 0; piece < 3; piece += 1) alive?.();
    return Promise.resolve({ platform: 'slow', key, id: key });
  };
  const profile: Pick<LoadedProfile, 'profile'> = { profile: Profile.parse({}) };
  const context: Pick<JobsContext, 'storage' | 'pipelines'> & { readonly platforms: object; readonly profile: object } =
    {
      ...{ storage: place.storage, pipelines: PIPELINES, platforms: { slow: { submit } }, profile },
    };
  const environment = new MockActivityEnvironment();
  let beats = 0;
  environment.on('heartbeat', () => (beats += 1));
  await expect(environment.run(submitJob(context as JobsContext), request)).resolves.toMatchObject({
    key: 'run/predict-01234567-a1',
  });
  expect(beats).toBe(3);
});
