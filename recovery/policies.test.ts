import { describe, expect, test } from '@jest/globals';
import { climb, firstAttempt, GIB } from '../test/fixtures/failed-attempts.js';
import { POLICIES } from './policies.js';

const LIMITS = { cap: { memoryBytes: 6 * GIB, cpus: 2, diskBytes: 0 }, levers: ['concurrency', 'memory'] } as const;
const FIRST = firstAttempt(GIB, { concurrency: 0 });

describe('policies to compare the ladder with', () => {
  test('blind retry repeats whatever failed, six times in all', () => {
    const { attempts, last } = climb(POLICIES['blind-retry'].plan, {
      first: FIRST,
      limits: LIMITS,
      endings: [{ kind: 'bug' }],
    });
    expect(attempts).toHaveLength(6);
    expect(new Set(attempts.map(({ resources, settings }) => JSON.stringify([resources, settings]))).size).toBe(1);
    expect(last).toMatchObject({ kind: 'give-up', code: 'JOB_FAILED' });
  });

  test('blind doubling doubles whatever failed, up to the cap, and pulls no lever', () => {
    const { attempts } = climb(POLICIES['blind-doubling'].plan, {
      first: FIRST,
      limits: LIMITS,
      endings: [{ kind: 'lost' }],
    });
    expect(attempts.map(({ resources }) => resources.memoryBytes / GIB)).toEqual([1, 2, 4, 6, 6, 6]);
    expect(attempts.every(({ settings }) => settings['concurrency'] === 0)).toBe(true);
  });

  test.each(['blind-retry', 'blind-doubling'] as const)(
    '%s neither keeps work nor learns, but respects a cancel',
    (name) => {
      expect(POLICIES[name]).toMatchObject({ salvages: false, learns: false });
      const { attempts, last } = climb(POLICIES[name].plan, {
        first: FIRST,
        limits: LIMITS,
        endings: [{ kind: 'cancelled' }],
      });
      expect(attempts).toHaveLength(1);
      expect(last).toMatchObject({ kind: 'give-up', code: 'CANCELLED' });
    },
  );
});
