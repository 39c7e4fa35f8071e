import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { SizeRecord } from '../contracts/size-record.js';
import { temporaryStorage, type TemporaryStorage } from '../test/contracts/temporary-storage.js';
import { storageWith } from '../test/fixtures/storage-with.js';
import { layout } from './layout.js';
import { NEWEST, newestSizeRecords, stagesWithSizes, writeSizeRecord } from './size-records.js';

let temporary: TemporaryStorage;
beforeEach(async () => {
  temporary = await temporaryStorage();
});
afterEach(() => temporary.close());

function recordOf(n: number): SizeRecord {
  return {
    version: 1,
    stage: 'etl',
    engine: 'spark',
    platform: 'local',
    jobKey: `salary-${n}/etl-k-a1`,
    at: new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString(),
    rows: n,
    bytes: 0,
    cpus: 2,
    peakBytes: 1,
    memoryBytes: 2,
    settings: { concurrency: 0 },
    ownSettings: { concurrency: 0 },
    firstMemoryBytes: 2,
    attempts: 1,
    tooSmall: [],
    seconds: 1,
    codeHash: 'c',
    shareDone: 1,
  };
}

test('the newest records come first, whatever the order of writing', async () => {
  const { storage } = temporary;
  for (const n of [2, 3, 1]) await writeSizeRecord(storage, recordOf(n));
  expect(await newestSizeRecords(storage, 'etl')).toEqual([recordOf(3), recordOf(2), recordOf(1)]);
  expect(await newestSizeRecords(storage, 'tune')).toEqual([]);
  expect(await stagesWithSizes(storage)).toEqual(['etl']);
});

test('writing a record twice is the same as once', async () => {
  const { storage } = temporary;
  await writeSizeRecord(storage, recordOf(1));
  await writeSizeRecord(storage, { ...recordOf(1), seconds: 9 });
  expect(await newestSizeRecords(storage, 'etl')).toEqual([recordOf(1)]);
});

test('runs of the same moment are kept apart', async () => {
  const { storage } = temporary;
  await writeSizeRecord(storage, recordOf(1));
  await writeSizeRecord(storage, { ...recordOf(1), jobKey: 'other/etl-k-a1' });
  expect(await newestSizeRecords(storage, 'etl')).toHaveLength(2);
});

test('a record that is damaged, cut short or of a later release is left out', async () => {
  const { storage } = temporary;
  await writeSizeRecord(storage, recordOf(1));
  const folder = layout.sizes(storage, 'etl');
  await storage.write(`${folder}/20270101T000000000Z-0000000000000000.json`, '{"version":1,');
  await storage.write(
    `${folder}/20270101T000000000Z-0000000000000001.json`,
    JSON.stringify({ ...recordOf(2), version: 2 }),
  );
  await storage.write(`${folder}/20270101T000000000Z-0000000000000002.json`, '');
  expect(await newestSizeRecords(storage, 'etl')).toEqual([recordOf(1)]);
});

test('of many records only the newest are read', async () => {
  const { storage } = temporary;
  for (let n = 0; n < NEWEST + 5; n += 1) await writeSizeRecord(storage, recordOf(n));
  const found = await newestSizeRecords(storage, 'etl');
  expect(found).toHaveLength(NEWEST);
  expect(found[0]).toEqual(recordOf(NEWEST + 4));
});

test('a record that was read is not read again', async () => {
  let reads = 0;
  const counting = storageWith(temporary.storage, {
    read: (uri) => {
      reads += 1;
      return temporary.storage.read(uri);
    },
  });
  await writeSizeRecord(counting, recordOf(1));
  await newestSizeRecords(counting, 'etl');
  await writeSizeRecord(counting, recordOf(2));
  expect(await newestSizeRecords(counting, 'etl')).toEqual([recordOf(2), recordOf(1)]);
  expect(reads).toBe(2);
});
