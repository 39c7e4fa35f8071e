import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Offer } from '../contracts/offer.js';
import type { SizeRecord } from '../contracts/size-record.js';
import { writeSizeRecord } from '../storage/size-records.js';
import { temporaryStorage, type TemporaryStorage } from '../test/contracts/temporary-storage.js';
import type { ActivityContext } from './context.js';
import { estimateCost } from './estimate-cost.js';
import { priceAttempts } from './price-attempts.js';

const GIB = 2 ** 30;
const size = { memoryBytes: 16 * GIB, cpus: 4, diskBytes: 0 };
const attempt = { number: 1, resources: size, settings: {}, levers: [], because: 'first size' };

let temporary: TemporaryStorage;
beforeEach(async () => {
  temporary = await temporaryStorage();
});
afterEach(() => temporary.close());

/** A platform that bills whole instances, beside one that bills nothing. */
function context(): Pick<ActivityContext, 'offerOn' | 'prices' | 'storage'> & ActivityContext {
  const offer: Offer = {
    largest: size,
    usageOf: ({ engine }, seconds) => ({
      vcpuHours: 0,
      memoryGibHours: 0,
      instanceHours: { 'ml.m6i.xlarge': ((engine === 'ray' ? 3 : 1) * seconds) / 3600 },
    }),
  };
  const needed: Pick<ActivityContext, 'offerOn' | 'prices' | 'storage'> = {
    storage: temporary.storage,
    offerOn: (name) => (name === 'sagemaker' ? offer : { largest: size }),
    prices: {
      date: '2026-11-01',
      region: 'us-east-1',
      source: 'a test',
      platforms: {
        sagemaker: { vcpuHour: 0, memoryGibHour: 0, storageGibHour: 0, instanceHour: { 'ml.m6i.xlarge': 0.36 } },
      },
    },
  };
  return needed as ActivityContext;
}

async function ran(number: number, change: Partial<SizeRecord>): Promise<void> {
  await writeSizeRecord(temporary.storage, {
    version: 1,
    stage: 'train',
    engine: 'python',
    platform: 'sagemaker',
    jobKey: `run-${number}/train-k-a1`,
    at: new Date(Date.UTC(2026, 0, number)).toISOString(),
    rows: 1000,
    bytes: 0,
    cpus: 4,
    peakBytes: 1,
    shareDone: 1,
    memoryBytes: 2,
    settings: {},
    ownSettings: {},
    firstMemoryBytes: 2,
    attempts: 1,
    tooSmall: [],
    seconds: 100,
    codeHash: 'c',
    ...change,
  });
}

const planned = { stage: 'train', engine: 'python', platform: 'sagemaker', rows: 1000, resources: size } as const;

describe('before a job is paid for', () => {
  test('its cost is that of the median of like runs on the same platform', async () => {
    await ran(1, { seconds: 100 });
    await ran(2, { seconds: 200 });
    await ran(3, { seconds: 3000 });
    await ran(4, { seconds: 9000, rows: 100_000 });
    await ran(5, { seconds: 9000, platform: 'local' });
    await expect(estimateCost(context(), planned)).resolves.toBe(
      'about 0.0200 USD, by the median of 3 like runs (200 s)',
    );
  });

  test('nothing like it has run: what an hour costs', async () => {
    await expect(estimateCost(context(), planned)).resolves.toBe('about 0.3600 USD an hour');
  });

  test('a job on several machines pays for each', async () => {
    await expect(estimateCost(context(), { ...planned, engine: 'ray' })).resolves.toBe('about 1.08 USD an hour');
  });

  test('a platform that bills nothing is not spoken of', async () => {
    await expect(estimateCost(context(), { ...planned, platform: 'local' })).resolves.toBeNull();
  });
});

describe('when a stage is over', () => {
  test('what the platform says it bills counts, else size and time', () => {
    const billed = { vcpuHours: 0, memoryGibHours: 0, instanceHours: { 'ml.m6i.xlarge': 2 } };
    const cost = priceAttempts(context(), planned, {
      failed: [{ attempt, seconds: 1800 }],
      worked: { attempt, seconds: 60, usage: billed },
    });
    expect(cost.usd).toBeCloseTo(0.36 * 2.5, 10);
    expect(cost.retriesUsd).toBeCloseTo(0.18, 10);
  });

  test('on a platform that bills nothing the hours are kept all the same', () => {
    const cost = priceAttempts(
      context(),
      { ...planned, platform: 'local' },
      { failed: [], worked: { attempt, seconds: 1800 } },
    );
    expect(cost).toMatchObject({ usd: 0, usage: { vcpuHours: 2, memoryGibHours: 8 } });
  });
});
