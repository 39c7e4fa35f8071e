import { describe, expect, test } from '@jest/globals';
import { REGIONS } from '../contracts/verdict.js';
import { remedyFor } from './remedies.js';

/** Memories that only Spark has. */
const OF_SPARK = ['driver-heap', 'driver-result-limit', 'broadcast'];

describe('what helps', () => {
  test('names settings of Spark only to those who run Spark', () => {
    const named = REGIONS.filter((region) => /\bspark\b/i.test(remedyFor(region, false)));
    expect(named.filter((region) => !OF_SPARK.includes(region))).toEqual([]);
    expect(remedyFor('jvm-heap', false)).toContain('larger heap');
    expect(remedyFor('jvm-heap', true)).toContain('spark.executor.memory');
    expect(remedyFor('container', true)).toContain('spark.executor.memoryOverhead');
  });
});
