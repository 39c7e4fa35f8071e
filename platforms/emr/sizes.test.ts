import { expect, test } from '@jest/globals';
import { emrOffer, instanceTypeFor, workersOn } from './sizes.js';

const GIB = 2 ** 30;

test('workers are parts of what YARN has of a node, each with its part of the CPUs', () => {
  expect(workersOn('m6i.xlarge').map(({ memoryBytes, cpus }) => [memoryBytes / GIB, cpus])).toEqual([
    [3, 1],
    [6, 2],
    [12, 4],
  ]);
  expect(workersOn('r7i.4xlarge').at(-1)).toEqual({ memoryBytes: 96 * GIB, cpus: 16, diskBytes: 0 });
});

test('the sizes of several types are one ladder, each rung once', () => {
  const { sizes = [], largest } = emrOffer(['m6i.xlarge', 'm6i.2xlarge'], 2);
  expect(sizes.map(({ memoryBytes }) => memoryBytes / GIB)).toEqual([3, 6, 12, 24]);
  expect(largest).toEqual({ memoryBytes: 24 * GIB, cpus: 8, diskBytes: 0 });
});

test('a job that outgrows the first type goes to the next that holds it', () => {
  const types = ['m6i.xlarge', 'm6i.2xlarge'];
  expect(instanceTypeFor(types, { memoryBytes: 12 * GIB, cpus: 4, diskBytes: 0 })).toBe('m6i.xlarge');
  expect(instanceTypeFor(types, { memoryBytes: 24 * GIB, cpus: 8, diskBytes: 0 })).toBe('m6i.2xlarge');
});

test('a driver that outgrows its machine is told apart from one that outgrows its part of it', () => {
  const { sizes = [], hostBytesOf } = emrOffer(['m6i.xlarge', 'm6i.2xlarge'], 2);
  expect(sizes.map((size) => (hostBytesOf?.(size) ?? 0) / GIB)).toEqual([16, 16, 16, 32]);
});

test('a job takes its driver and every executor', () => {
  const usage = emrOffer(['m6i.xlarge'], 3).usageOf?.(
    { stage: 'etl', engine: 'spark', resources: { memoryBytes: 6 * GIB, cpus: 2, diskBytes: 0 } },
    1800,
  );
  expect(usage).toEqual({ vcpuHours: 4, memoryGibHours: 12, instanceHours: {} });
});
