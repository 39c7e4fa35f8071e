import { expect, test } from '@jest/globals';
import type { JobHandle } from '../contracts/job-handle.js';
import type { JobsContext } from './context.js';
import { stopJob } from './stop-job.js';

const handle: JobHandle = { platform: 'sagemaker', key: 'run/tune-01234567-a1', id: 'training-job/tempered-tune-1' };

test('a job whose platform left the profile is not taken for stopped', async () => {
  const context: Pick<JobsContext, 'platforms'> = { platforms: {} };
  await expect(stopJob(context)(handle)).rejects.toMatchObject({
    code: 'PLATFORM_UNAVAILABLE',
    message: 'job run/tune-01234567-a1 is on sagemaker, which tempered.json does not set up any more',
  });
});
