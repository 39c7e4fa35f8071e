import { describe, expect, test } from '@jest/globals';
import { processingState, trainingState, transformState } from './job-state.js';

const start = new Date('2026-01-01T00:00:00Z');
const end = new Date('2026-01-01T00:01:30Z');

describe('a training job', () => {
  test.each([
    { secondary: 'LaunchingMLInstances', kind: 'queued' },
    { secondary: 'DownloadingTrainingImage', kind: 'queued' },
    { secondary: 'Interrupted', kind: 'queued' },
    { secondary: 'Training', kind: 'running' },
    { secondary: 'Uploading', kind: 'running' },
  ] as const)('in progress and $secondary is $kind', ({ secondary, kind }) => {
    expect(trainingState({ TrainingJobStatus: 'InProgress', SecondaryStatus: secondary })).toMatchObject({ kind });
  });

  test('that is stopping runs until it has stopped', () => {
    expect(trainingState({ TrainingJobStatus: 'Stopping' })).toEqual({ kind: 'running', isStopping: true });
  });

  test.each([
    {
      reason: 'ClientError: Please use an instance type with more memory, or reduce the size of job data',
      exitCode: null,
    },
    { reason: 'AlgorithmError: , exit code: 137', exitCode: 137 },
    { reason: 'AlgorithmError: Exit Code: 2', exitCode: 2 },
  ])('that failed keeps the words of the service: $reason', ({ reason, exitCode }) => {
    const job = {
      TrainingJobStatus: 'Failed',
      FailureReason: reason,
      TrainingTimeInSeconds: 17,
      TrainingStartTime: start,
    } as const;
    expect(trainingState(job)).toEqual({ kind: 'failed', seconds: 17, reason, exitCode, hasLog: true, unasked: true });
  });

  test('that the service stopped because of its time has failed; one that a person stopped has stopped', () => {
    const stopped = { TrainingJobStatus: 'Stopped', TrainingStartTime: start, TrainingEndTime: end } as const;
    expect(trainingState({ ...stopped, SecondaryStatus: 'MaxRuntimeExceeded' })).toEqual({
      kind: 'failed',
      seconds: 90,
      reason: 'MaxRuntimeExceeded',
      exitCode: null,
      hasLog: true,
      endedAt: end,
    });
    expect(trainingState({ ...stopped, SecondaryStatus: 'Stopped' })).toEqual({
      kind: 'stopped',
      seconds: 90,
      reason: null,
      endedAt: end,
    });
  });
});

describe('a processing job', () => {
  test('that no instance could be had for has no log to wait for', () => {
    const job = { ProcessingJobStatus: 'Failed', FailureReason: 'CapacityError: Unable to provision' } as const;
    expect(processingState(job)).toMatchObject({ kind: 'failed', hasLog: false });
  });

  test('is queued until its container has begun', () => {
    expect(processingState({ ProcessingJobStatus: 'InProgress' })).toMatchObject({ kind: 'queued' });
    expect(processingState({ ProcessingJobStatus: 'InProgress', ProcessingStartTime: start })).toMatchObject({
      kind: 'running',
    });
  });

  test('has ended with its time', () => {
    const job = { ProcessingJobStatus: 'Completed', ProcessingStartTime: start, ProcessingEndTime: end } as const;
    expect(processingState(job)).toEqual({ kind: 'succeeded', seconds: 90, endedAt: end });
  });
});

describe('what a job took', () => {
  test('of a training job is its billable time on each of its hosts, of the type that it really had', () => {
    const job = {
      TrainingJobStatus: 'Completed',
      TrainingTimeInSeconds: 900,
      BillableTimeInSeconds: 360,
      ResourceConfig: { InstanceType: 'ml.m7i.xlarge', InstanceCount: 3, VolumeSizeInGB: 30 },
    } as const;
    expect(trainingState(job)).toMatchObject({ usage: { instanceHours: { 'ml.m7i.xlarge': 0.3 } } });
    expect(trainingState({ ...job, TrainingJobStatus: 'Failed' })).toMatchObject({
      usage: { instanceHours: { 'ml.m7i.xlarge': 0.3 } },
    });
  });

  test('of a processing job is the time of its program, and nothing is said of one that never began', () => {
    const job = {
      ProcessingJobStatus: 'Completed',
      ProcessingStartTime: start,
      ProcessingEndTime: end,
      ProcessingResources: {
        ClusterConfig: { InstanceType: 'ml.m6i.xlarge', InstanceCount: 2, VolumeSizeInGB: 30 },
      },
    } as const;
    expect(processingState(job)).toMatchObject({ usage: { instanceHours: { 'ml.m6i.xlarge': 0.05 } } });
    const { ProcessingResources } = job;
    expect(processingState({ ProcessingJobStatus: 'Failed', ProcessingResources })).not.toHaveProperty('usage');
  });
});

describe('a transform job', () => {
  test('is queued until its server has begun, and runs until it has stopped', () => {
    expect(transformState({ TransformJobStatus: 'InProgress' })).toMatchObject({ kind: 'queued' });
    expect(transformState({ TransformJobStatus: 'InProgress', TransformStartTime: start })).toMatchObject({
      kind: 'running',
    });
    expect(transformState({ TransformJobStatus: 'Stopping' })).toEqual({ kind: 'running', isStopping: true });
  });

  test('that failed keeps the words of the service, and has a log that says more', () => {
    const reason = 'AlgorithmError: See job logs for more information';
    const times = { TransformStartTime: start, TransformEndTime: end };
    const TransformResources = { InstanceType: 'ml.m6i.xlarge', InstanceCount: 1 } as const;
    const job = { TransformJobStatus: 'Failed', FailureReason: reason, TransformResources, ...times } as const;
    expect(transformState(job)).toEqual({
      kind: 'failed',
      seconds: 90,
      reason,
      exitCode: null,
      hasLog: true,
      unasked: true,
      endedAt: end,
      usage: { vcpuHours: 0, memoryGibHours: 0, instanceHours: { 'ml.m6i.xlarge': 0.025 } },
    });
  });
});
