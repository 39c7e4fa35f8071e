import { describe, expect, test } from '@jest/globals';
import type { JobRunState } from '@aws-sdk/client-emr-serverless';
import { checkApplication } from './application.js';
import { jobRunState } from './job-run-state.js';

describe('a job run', () => {
  test.each([
    ['SUBMITTED', 'queued'],
    ['QUEUED', 'queued'],
    ['PENDING', 'queued'],
    ['SCHEDULED', 'queued'],
    ['RUNNING', 'running'],
    ['CANCELLING', 'running'],
    ['SUCCESS', 'succeeded'],
    ['FAILED', 'failed'],
    ['CANCELLED', 'stopped'],
  ] satisfies [JobRunState, string][])('%s is %s', (state, kind) => {
    expect(jobRunState('r', { state, stateDetails: '' }).kind).toBe(kind);
  });

  test('that failed has the exit code that its details tell, and the details as its reason', () => {
    const stateDetails =
      'Job failed, please check complete logs. ExitCode: 52. Last few exceptions: java.lang.OutOfMemory';
    const run = { state: 'FAILED', stateDetails, startedAt: new Date(), totalExecutionDurationSeconds: 7 } as const;
    expect(jobRunState('r', run)).toEqual({
      kind: 'failed',
      seconds: 7,
      reason: stateDetails,
      exitCode: 52,
      hasLog: true,
      unasked: true,
    });
  });

  test.each(['SUCCESS', 'FAILED', 'CANCELLED'] as const)('that is over (%s) took what the service bills', (state) => {
    const billedResourceUtilization = { vCPUHour: 0.25, memoryGBHour: 1, storageGBHour: 0.5 };
    expect(jobRunState('r', { state, billedResourceUtilization })).toMatchObject({
      usage: { vcpuHours: 0.25, memoryGibHours: 1, storageGibHours: 0.5, instanceHours: {} },
    });
  });

  test('whose bill is not made yet says nothing of it', () => {
    const billedResourceUtilization = { vCPUHour: 0, memoryGBHour: 0, storageGBHour: 0 };
    expect(jobRunState('r', { state: 'SUCCESS', billedResourceUtilization })).not.toHaveProperty('usage');
    expect(jobRunState('r', { state: 'SUCCESS' })).not.toHaveProperty('usage');
  });

  test('that the service cancelled for its time is a failure for time, not a wish to stop', () => {
    const stateDetails = 'Job run timed out: it ran longer than executionTimeoutMinutes';
    expect(jobRunState('r', { state: 'CANCELLED', stateDetails })).toMatchObject({ kind: 'failed' });
  });
});

describe('an application', () => {
  test.each([
    [{ state: 'STARTED', releaseLabel: 'emr-7.13.0', type: 'Spark' }, 'started, emr-7.13.0'],
    [{ state: 'STOPPED', releaseLabel: 'emr-spark-8.0.0' }, 'stopped, emr-spark-8.0.0'],
    [{ state: 'CREATING', releaseLabel: 'emr-7.13.0' }, 'creating, emr-7.13.0'],
  ] as const)('%j can run our jobs', (application, found) => {
    expect(checkApplication('00f1', application)).toBe(found);
  });

  test.each([
    [
      { state: 'STOPPED', autoStartConfiguration: { enabled: false } },
      'WRONG_INPUT',
      'is not started, and does not start by itself',
    ],
    [{ state: 'TERMINATED', stateDetails: 'deleted' }, 'WRONG_INPUT', 'is terminated: deleted'],
    [{ state: 'STARTED', type: 'Hive' }, 'WRONG_INPUT', 'runs Hive, and our jobs need Spark'],
    [{ state: 'STOPPING' }, 'PLATFORM_UNAVAILABLE', 'is stopping right now'],
  ] as const)('%j cannot', (application, code, says) => {
    expect(() => checkApplication('00f1', application)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(says) as unknown }),
    );
  });

  test('of an old release is doubted', () => {
    expect(checkApplication('00f1', { state: 'STARTED', releaseLabel: 'emr-6.15.0' })).toMatchObject({
      remedy: expect.stringContaining('emr-7') as unknown,
    });
  });
});
