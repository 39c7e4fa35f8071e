import { expect, test } from '@jest/globals';
import { nextSize } from '../../recovery/size.js';
import { emrServerlessOffer } from './sizes.js';

const GIB = 2 ** 30;
const { largest, sizes = [], usageOf } = emrServerlessOffer(3);

test('every combination that is sold is there, and nothing else', () => {
  expect(sizes).toHaveLength(7 + 13 + 23 + 12 + 12);
  expect(sizes).toContainEqual(expect.objectContaining({ memoryBytes: 30 * GIB, cpus: 4 }));
  expect(sizes).not.toContainEqual(expect.objectContaining({ memoryBytes: 31 * GIB }));
  expect(sizes).not.toContainEqual(expect.objectContaining({ memoryBytes: 18 * GIB, cpus: 8 }));
  expect(sizes.at(-1)).toEqual(largest);
});

test('after a worker that was too small comes the next with at least as many CPUs', () => {
  const need = {
    resources: { memoryBytes: 30 * GIB, cpus: 4, diskBytes: 7 },
    peakBytes: null,
    requestedBytes: null,
    isOfHost: false,
  };
  const next = nextSize(need, { cap: largest, sizes }, false);
  expect(next).toEqual({ memoryBytes: 60 * GIB, cpus: 8, diskBytes: 7 });
});

test('there is nothing after the largest', () => {
  const need = { resources: largest, peakBytes: null, requestedBytes: null, isOfHost: false };
  expect(nextSize(need, { cap: largest, sizes }, true)).toBeNull();
});

test('a job is billed for its driver and every executor', () => {
  const usage = usageOf?.(
    { stage: 'etl', engine: 'spark', resources: { memoryBytes: 16 * GIB, cpus: 4, diskBytes: 0 } },
    1800,
  );
  expect(usage).toEqual({ vcpuHours: 8, memoryGibHours: 32, instanceHours: {} });
});
