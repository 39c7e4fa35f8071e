import { expect, test } from '@jest/globals';
import { layout } from './layout.js';

const storage = { root: 'file:///root' };

test('everything has its place', () => {
  expect(layout.work(storage, 'salary run/tune-k1-a1')).toBe('file:///root/_work/salary%20run/tune-k1-a1');
  expect(layout.scratch(storage, 'tune', 'k1')).toBe('file:///root/_scratch/tune/k1');
  expect(layout.stage(storage, 'tune', 'k1~2')).toBe('file:///root/tune/k1~2');
  expect(layout.latest(storage, 'tune')).toBe('file:///root/tune/_latest.json');
  expect(layout.alias(storage, 'salary', 'champion')).toBe('file:///root/models/salary/aliases/champion.json');
  expect(layout.aliasMove(storage, { name: 'salary', alias: 'champion' }, 7)).toBe(
    'file:///root/models/salary/aliases/champion/000007.json',
  );
});

test.each([
  ['a stage named like a room', () => layout.stage(storage, 'models', 'k')],
  ['a stage that begins with _', () => layout.stage(storage, '_work', 'k')],
  ['a stage key that steps up', () => layout.stage(storage, 'etl', '..')],
  ['a job key that steps up', () => layout.work(storage, 'run/../../x')],
  ['an empty part of a job key', () => layout.work(storage, 'run//x')],
  ['a model name with a slash', () => layout.model(storage, 'a/b', 'sha')],
  ['an alias in capitals', () => layout.alias(storage, 'salary', 'Champion')],
  ['an import name of nothing', () => layout.importsOf(storage, '')],
])('%s is refused', (_what, place) => {
  expect(place).toThrow(expect.objectContaining({ code: 'WRONG_INPUT' }));
});
