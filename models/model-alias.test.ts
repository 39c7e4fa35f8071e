import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { temporaryStorage, type TemporaryStorage } from '../test/contracts/temporary-storage.js';
import { dyingStorage } from '../test/fixtures/dying-storage.js';
import { storageWith } from '../test/fixtures/storage-with.js';
import { layout } from '../storage/layout.js';
import { findAlias, moveAlias, type AliasMove } from './model-alias.js';

const NAME = { name: 'salary', alias: 'champion' };
const LETTERS = '0 1 2 3 4 5 6 7 8 9 a b c d e f'.split(' ');
const at = '2026-01-01T00:00:00.000Z';
const sha = (letter: string): string => letter.repeat(64);
const to = (letter: string, expected?: string | null): AliasMove => ({
  ...NAME,
  sha256: sha(letter),
  by: `run-${letter}`,
  at,
  ...(expected === undefined ? {} : { expected }),
});

let temporary: TemporaryStorage;
let storage: TemporaryStorage['storage'];
beforeEach(async () => {
  temporary = await temporaryStorage();
  storage = temporary.storage;
  for (const letter of LETTERS) await storage.write(`${layout.model(storage, 'salary', sha(letter))}/model.json`, '{}');
});
afterEach(() => temporary.close());

const readFile = async (): Promise<unknown> =>
  JSON.parse(new TextDecoder().decode(await storage.read(layout.alias(storage, 'salary', 'champion'))));

describe('an alias', () => {
  test('keeps where it points, where it pointed before and every move', async () => {
    expect(await findAlias(storage, NAME)).toBeUndefined();
    expect(await moveAlias(storage, to('a', null))).toMatchObject({
      kind: 'moved',
      record: { sha256: sha('a'), previous: null },
    });
    const moved = await moveAlias(storage, to('b', sha('a')));
    const record = {
      sha256: sha('b'),
      previous: sha('a'),
      changedAt: at,
      by: 'run-b',
      history: [
        { sha256: sha('a'), changedAt: at, by: 'run-a' },
        { sha256: sha('b'), changedAt: at, by: 'run-b' },
      ],
    };
    expect(moved).toEqual({ kind: 'moved', record });
    expect(await findAlias(storage, NAME)).toEqual(record);
    expect(await readFile()).toEqual(record);
  });

  test('that points there already is not moved again, as after a retry', async () => {
    await moveAlias(storage, to('a', null));
    expect(await moveAlias(storage, to('a', null))).toMatchObject({ kind: 'unchanged' });
    expect((await findAlias(storage, NAME))?.history).toHaveLength(1);
  });

  test('that somebody else moved stays, and the caller is told', async () => {
    await moveAlias(storage, to('a', null));
    expect(await moveAlias(storage, to('b', null))).toMatchObject({ kind: 'conflict', current: { sha256: sha('a') } });
    expect(await moveAlias(storage, to('b', sha('c')))).toMatchObject({ kind: 'conflict' });
    expect(await moveAlias(storage, { ...to('b', sha('c')), alias: 'other' })).toEqual({
      kind: 'conflict',
      current: undefined,
    });
    expect(await findAlias(storage, NAME)).toMatchObject({ sha256: sha('a') });
  });

  test('cannot point to a model that is not stored', async () => {
    const move = { ...to('a'), sha256: 'a1'.repeat(32) };
    await expect(moveAlias(storage, move)).rejects.toMatchObject({
      code: 'WRONG_INPUT',
      message: expect.stringContaining(move.sha256),
    });
  });

  test('moved by many at once that expect the same is moved by one', async () => {
    await moveAlias(storage, to('0', null));
    const outcomes = await Promise.all(LETTERS.slice(1).map((letter) => moveAlias(storage, to(letter, sha('0')))));
    expect(outcomes.filter((outcome) => outcome.kind === 'moved')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.kind === 'conflict')).toHaveLength(14);
    expect((await findAlias(storage, NAME))?.history).toHaveLength(2);
  });

  test('moved by many at once that expect nothing is moved by each in turn, and no move is lost', async () => {
    const letters = LETTERS;
    const outcomes = await Promise.all(letters.map((letter) => moveAlias(storage, to(letter))));
    expect(outcomes.every((outcome) => outcome.kind === 'moved')).toBe(true);
    const record = await findAlias(storage, NAME);
    expect(record?.history.map((change) => change.by).sort()).toEqual(letters.map((letter) => `run-${letter}`).sort());
    expect(record?.sha256).toBe(record?.history.at(-1)?.sha256);
    expect(record?.previous).toBe(record?.history.at(-2)?.sha256);
    expect(await readFile()).toEqual(record);
  });

  test('whose writer was killed after its decision has moved, and the next writer completes the file', async () => {
    await moveAlias(storage, to('a', null));
    await expect(moveAlias(dyingStorage(storage, 1), to('b', sha('a')))).rejects.toThrow('killed');
    expect(await readFile()).toMatchObject({ sha256: sha('a') });
    expect(await findAlias(storage, NAME)).toMatchObject({ sha256: sha('b'), previous: sha('a') });
    await moveAlias(storage, to('c', sha('b')));
    expect(await readFile()).toEqual(await findAlias(storage, NAME));
  });

  test('whose file is written late, after the next move, still ends with the last move in it', async () => {
    let isFirst = true;
    const slow = storageWith(storage, {
      write: async (uri, bytes) => {
        if (isFirst) {
          isFirst = false;
          await moveAlias(storage, to('b', sha('a')));
        }
        await storage.write(uri, bytes);
      },
    });
    await moveAlias(slow, to('a', null));
    expect(await readFile()).toMatchObject({ sha256: sha('b'), previous: sha('a') });
  });

  test('whose file was damaged is read from its moves', async () => {
    await moveAlias(storage, to('a', null));
    await moveAlias(storage, to('b', sha('a')));
    const before = await findAlias(storage, NAME);
    await storage.write(layout.alias(storage, 'salary', 'champion'), '{"sha256":');
    expect(await findAlias(storage, NAME)).toEqual(before);
  });
});
