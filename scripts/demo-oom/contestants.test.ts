import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { contestants } from './contestants.js';

const GIB = 2 ** 30;

test('on a machine with room enough doubling may have what the report had, 8 GiB for 2', () => {
  const sizes = contestants(2 * GIB, 18 * GIB).map(({ policy, capBytes }) => [policy, capBytes / GIB]);
  expect(sizes).toEqual([
    ['ladder', 2],
    ['blind-retry', 2],
    ['blind-doubling', 8],
  ]);
});

test('all begin at the limit, only doubling may grow, and nobody beyond the machine', () => {
  const size = fc.integer({ min: 1, max: 1024 * GIB });
  fc.assert(
    fc.property(size, size, (one, other) => {
      const [limit, budget] = one < other ? [one, other] : [other, one];
      for (const { policy, limitBytes, capBytes } of contestants(limit, budget)) {
        expect(limitBytes).toBe(limit);
        expect(capBytes).toBeGreaterThanOrEqual(limitBytes);
        expect(capBytes).toBeLessThanOrEqual(policy === 'blind-doubling' ? budget : limit);
      }
    }),
  );
});

test('a limit above what the machine gives to jobs is refused with both', () => {
  expect(() => contestants(4 * GIB, 3 * GIB)).toThrow('--memory: found 4 GiB, allowed is at most');
});
