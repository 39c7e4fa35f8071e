import { expect, test } from '@jest/globals';
import { findNearest } from './nearest.js';

const STAGES = ['generate', 'etl', 'tune', 'evaluate', 'store', 'predict'];

test.each([
  { typed: 'evaluat', meant: 'evaluate' },
  { typed: 'Generate', meant: 'generate' },
  { typed: 'elt', meant: 'etl' },
  { typed: 'predcit', meant: 'predict' },
  { typed: 'deploy', meant: undefined },
  { typed: '', meant: undefined },
])('"$typed" means $meant', ({ typed, meant }) => expect(findNearest(typed, STAGES)).toBe(meant));

test('nothing is near to an empty list', () => expect(findNearest('etl', [])).toBeUndefined());
