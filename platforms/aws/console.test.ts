import { expect, test } from '@jest/globals';
import { consoleUrl, logStreamsUrl, s3FolderUrl } from './console.js';

test('each partition of AWS has a console of its own', () => {
  expect(consoleUrl('eu-west-1', 'sagemaker/home')).toBe(
    'https://eu-west-1.console.aws.amazon.com/sagemaker/home?region=eu-west-1',
  );
  expect(consoleUrl('cn-north-1', 'emr/home')).toBe('https://console.amazonaws.cn/emr/home?region=cn-north-1');
  expect(consoleUrl('us-gov-west-1', 'emr/home')).toBe(
    'https://console.amazonaws-us-gov.com/emr/home?region=us-gov-west-1',
  );
});

test('the streams of a job are filtered by its name', () => {
  expect(logStreamsUrl('eu-west-1', '/aws/sagemaker/TrainingJobs', 'tempered-train-1/')).toBe(
    'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1' +
      '#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252FTrainingJobs$3FlogStreamNameFilter$3Dtempered-train-1$2F',
  );
});

test('a folder of S3 is shown with what lies in it', () => {
  expect(s3FolderUrl('eu-west-1', 's3://bucket/logs/j-1/steps/s-1')).toBe(
    'https://eu-west-1.console.aws.amazon.com/s3/buckets/bucket?prefix=logs%2Fj-1%2Fsteps%2Fs-1%2F&region=eu-west-1',
  );
});
