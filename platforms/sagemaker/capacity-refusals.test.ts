import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { OUTCOME_FILE } from '../../contracts/attempt-outcome.js';
import { layout } from '../../storage/layout.js';
import { temporaryStorage, type TemporaryStorage } from '../../test/contracts/temporary-storage.js';
import { capacityRefusals } from './capacity-refusals.js';

const FAMILY = 'run/tune-1a2b3c4d';

describe('attempts in a row that there was no machine for', () => {
  let place: TemporaryStorage;
  beforeEach(async () => {
    place = await temporaryStorage();
  });
  afterEach(() => place.close());

  async function judged(...kinds: readonly string[]): Promise<void> {
    for (const [index, kind] of kinds.entries()) {
      const uri = `${layout.work(place.storage, `${FAMILY}-a${String(index + 1)}`)}/${OUTCOME_FILE}`;
      const verdict = { kind, certainty: 'definite', region: null, evidence: [] };
      const outcome = { kind: 'failed', verdict, decision: { kind: 'retry', attempt: { because: 'x' } } };
      await place.storage.write(uri, JSON.stringify(outcome));
    }
  }

  test.each([
    { before: [], then: 0 },
    { before: ['capacity'], then: 1 },
    { before: ['capacity', 'capacity'], then: 2 },
    { before: ['capacity', 'out-of-memory'], then: 0 },
    { before: ['out-of-memory', 'capacity'], then: 1 },
  ])('after $before are $then', async ({ before, then }) => {
    await judged(...before);
    await expect(capacityRefusals(place.storage, `${FAMILY}-a${String(before.length + 1)}`)).resolves.toBe(then);
  });
});
