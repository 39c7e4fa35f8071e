import { describe, expect, test } from '@jest/globals';
import { costText } from './cost-text.js';
import { usageOf } from './add-usage.js';
import { priceOf } from './price-of.js';
import { stageCost } from './stage-cost.js';

const GIB = 2 ** 30;
const prices = {
  date: '2026-11-01',
  region: 'us-east-1',
  source: 'a test',
  platforms: {
    'emr-serverless': { vcpuHour: 0.05, memoryGibHour: 0.005, storageGibHour: 0.0001, instanceHour: {} },
    sagemaker: {
      vcpuHour: 0,
      memoryGibHour: 0,
      storageGibHour: 0,
      instanceHour: { 'ml.m6i.xlarge': 0.2, 'ml.m6i.2xlarge': 0.4 },
    },
  },
};
const instance = (type: string, hours: number) => ({
  vcpuHours: 0,
  memoryGibHours: 0,
  instanceHours: { [type]: hours },
});

describe('the cost of a stage', () => {
  test('is all attempts by their own sizes, with the failed ones apart', () => {
    const cost = stageCost(
      'sagemaker',
      { failed: [instance('ml.m6i.xlarge', 0.5)], worked: instance('ml.m6i.2xlarge', 1) },
      prices,
    );
    expect(cost).toMatchObject({ usd: 0.5, retriesUsd: 0.1, pricesOf: '2026-11-01' });
    expect(cost.usage.instanceHours).toEqual({ 'ml.m6i.xlarge': 0.5, 'ml.m6i.2xlarge': 1 });
    expect(costText(cost)).toBe('0.50 h of ml.m6i.xlarge, 1.00 h of ml.m6i.2xlarge, 0.5000 USD (retries 0.1000 USD)');
  });

  test('counts CPUs and memory by the hour where those are billed', () => {
    const worked = usageOf({ cpus: 4, memoryBytes: 16 * GIB, diskBytes: 0 }, 1800);
    expect(worked).toEqual({ vcpuHours: 2, memoryGibHours: 8, instanceHours: {} });
    expect(stageCost('emr-serverless', { failed: [], worked }, prices).usd).toBeCloseTo(0.14, 10);
  });

  test('is unknown with an instance type that has no price, and never cheaper for it', () => {
    const cost = stageCost('sagemaker', { failed: [], worked: instance('ml.p5.48xlarge', 1) }, prices);
    expect(cost.usd).toBeNull();
    expect(costText(cost)).toBe('1.00 h of ml.p5.48xlarge, price unknown (the table of prices has no ml.p5.48xlarge)');
  });

  test('is unknown where instances are billed and none is counted', () => {
    const worked = usageOf({ cpus: 4, memoryBytes: GIB, diskBytes: 0 }, 3600);
    const cost = stageCost('sagemaker', { failed: [], worked }, prices);
    expect(cost.usd).toBeNull();
    expect(costText(cost)).toMatch(
      /^4\.00 vCPU-hours, 1\.00 GiB-hours, price unknown \(a cluster's instances are billed/,
    );
  });

  test('counts disks where they are billed apart, and keeps them when attempts are summed', () => {
    const failed = [{ vcpuHours: 0, memoryGibHours: 0, storageGibHours: 1000, instanceHours: {} }];
    const worked = { vcpuHours: 1, memoryGibHours: 0, instanceHours: {} };
    expect(stageCost('emr-serverless', { failed, worked }, prices)).toMatchObject({
      usage: { storageGibHours: 1000 },
      usd: expect.closeTo(0.15, 10) as unknown,
      retriesUsd: expect.closeTo(0.1, 10) as unknown,
    });
  });

  test('of a run that gave up is that of its failed attempts', () => {
    const cost = stageCost('sagemaker', { failed: [instance('ml.m6i.xlarge', 1)], worked: null }, prices);
    expect(cost).toMatchObject({ usd: 0.2, retriesUsd: 0.2 });
  });

  test('is nothing where nothing is charged by the hour', () => {
    expect(priceOf(usageOf({ cpus: 2, memoryBytes: GIB, diskBytes: 0 }, 60), undefined)).toEqual({ usd: 0 });
  });
});
