import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mapLimited } from './map-limited.js';

test('every entry is mapped in order, and never more than the limit at once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.nat(20), fc.integer({ min: 1, max: 5 }), async (scheduler, count, limit) => {
      let underWay = 0;
      const entries = Array.from({ length: count }, (_, index) => index);
      const mapped = mapLimited(entries, limit, async (entry) => {
        expect(++underWay).toBeLessThanOrEqual(limit);
        await scheduler.schedule(Promise.resolve());
        underWay--;
        return entry * 2;
      });
      await scheduler.waitFor(mapped);
      expect(await mapped).toEqual(entries.map((entry) => entry * 2));
    }),
  );
});

test('of several failures the earliest entry is named, whichever came first', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const begun: number[] = [];
      const mapped = mapLimited([0, 1, 2, 3, 4, 5], 3, async (entry) => {
        begun.push(entry);
        await scheduler.schedule(Promise.resolve());
        if (entry > 0) throw new RangeError(`entry ${entry}`);
      });
      await scheduler.waitFor(mapped.catch(() => undefined));
      await expect(mapped).rejects.toThrow('entry 1');
      expect(begun).not.toContain(5);
    }),
  );
});
