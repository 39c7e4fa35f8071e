import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { fieldSchemaOf } from '../../settings/field-schema.js';
import { setValues } from './set-values.js';

const SCHEMA = fieldSchemaOf(
  z.strictObject({
    rows: z.int(),
    share: z.number(),
    csv: z.boolean(),
    name: z.string(),
    day: z.string().nullable(),
    kind: z.enum(['a', '1']),
    learners: z.array(z.string()),
    sizes: z.array(z.int()),
    limits: z.strictObject({ memory: z.string(), cpus: z.number() }),
    labels: z.record(z.string(), z.string()),
  }),
);

test.each([
  { pair: 'rows=1000', gives: { rows: 1000 } },
  { pair: 'rows=1_000_000', gives: { rows: 1_000_000 } },
  { pair: 'rows=3e7', gives: { rows: 30_000_000 } },
  { pair: 'rows=-1', gives: { rows: -1 } },
  { pair: 'rows=many', gives: { rows: 'many' } },
  { pair: 'rows=', gives: { rows: '' } },
  { pair: 'share=0.25', gives: { share: 0.25 } },
  { pair: 'csv=true', gives: { csv: true } },
  { pair: 'csv=yes', gives: { csv: 'yes' } },
  { pair: 'name=1000', gives: { name: '1000' } },
  { pair: 'name=a=b', gives: { name: 'a=b' } },
  { pair: 'name=true', gives: { name: 'true' } },
  { pair: 'day=null', gives: { day: null } },
  { pair: 'kind=1', gives: { kind: '1' } },
  { pair: 'learners=lightgbm, xgboost', gives: { learners: ['lightgbm', 'xgboost'] } },
  { pair: 'learners=["a,b"]', gives: { learners: ['a,b'] } },
  { pair: 'learners=', gives: { learners: [] } },
  { pair: 'sizes=1,2', gives: { sizes: [1, 2] } },
  { pair: 'limits.memory=2GiB', gives: { limits: { memory: '2GiB' } } },
  { pair: 'limits={"memory":"2GiB","cpus":1}', gives: { limits: { memory: '2GiB', cpus: 1 } } },
  { pair: 'labels.team=ml', gives: { labels: { team: 'ml' } } },
  { pair: 'unknown=5', gives: { unknown: '5' } },
])('--set $pair', ({ pair, gives }) => expect(setValues({}, [pair], SCHEMA)).toEqual(gives));

test('single values go on top of the file, and later ones win', () => {
  const file = { rows: 1, limits: { memory: '1GiB', cpus: 4 } };
  const result = setValues(file, ['rows=2', 'limits.memory=3GiB', 'rows=5'], SCHEMA);
  expect(result).toEqual({ rows: 5, limits: { memory: '3GiB', cpus: 4 } });
  expect(file).toEqual({ rows: 1, limits: { memory: '1GiB', cpus: 4 } });
});

test.each(['rows', '=5', ''])('refuses --set %s', (pair) => {
  expect(() => setValues({}, [pair], SCHEMA)).toThrow('expected name=value');
});

test('a name that JavaScript knows is only a name', () => {
  const result = setValues({}, ['__proto__.rows=5', 'constructor=x'], SCHEMA);
  expect(({} as { rows?: number }).rows).toBeUndefined();
  expect(Object.keys(result)).toContain('constructor');
});
