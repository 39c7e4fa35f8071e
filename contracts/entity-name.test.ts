import { expect, test } from '@jest/globals';
import { ENTITY_NAME, LONGEST_ENTITY_NAME } from './entity-name.js';

test.each([
  { name: 'air-quality-01a22469', fits: true },
  { name: 'a--b', fits: true },
  { name: 'a'.repeat(LONGEST_ENTITY_NAME), fits: true },
  { name: 'a'.repeat(LONGEST_ENTITY_NAME + 1), fits: false },
  { name: `a${'-'.repeat(LONGEST_ENTITY_NAME)}b`, fits: false }, // hyphens count as well
  { name: '-a', fits: false },
  { name: 'a-', fits: false },
  { name: 'a_b', fits: false },
  { name: '', fits: false },
])('SageMaker takes "$name" as a name: $fits', ({ name, fits }) => {
  expect(ENTITY_NAME.test(name)).toBe(fits);
});
