import { expect, test } from '@jest/globals';
import { findDurationMs } from './duration.js';

test.each([
  { text: '250ms', ms: 250 },
  { text: '90s', ms: 90_000 },
  { text: '10 minutes', ms: 600_000 },
  { text: '1.5h', ms: 5_400_000 },
  { text: '2 days', ms: 172_800_000 },
  { text: 'soon', ms: undefined },
  { text: '10', ms: undefined },
  { text: '-5s', ms: undefined },
])('$text is $ms ms', ({ text, ms }) => expect(findDurationMs(text)).toBe(ms));
