import { expect, test } from '@jest/globals';
import { TemperedError } from '../contracts/failure.js';
import { toStorageError } from './file-errors.js';

const systemError = (code: string): Error => Object.assign(new Error(`${code}: it failed`), { code });
const action = { uri: 'file:///root/a', root: 'file:///root' };

test.each([
  { errno: 'ENOSPC', doing: 'write', code: 'STORAGE_FULL', says: /no space is left.*free space under file:\/\/\/root/ },
  { errno: 'EDQUOT', doing: 'write', code: 'STORAGE_FULL', says: /quota/ },
  { errno: 'EACCES', doing: 'write', code: 'WRONG_INPUT', says: /make the storage root file:\/\/\/root writable/ },
  { errno: 'EACCES', doing: 'read', code: 'WRONG_INPUT', says: /no permission to read/ },
  { errno: 'EROFS', doing: 'write', code: 'WRONG_INPUT', says: /read-only.*another storage\.root in tempered\.json/ },
  { errno: 'ENOENT', doing: 'read', code: 'WRONG_INPUT', says: /there is nothing/ },
  { errno: 'ENAMETOOLONG', doing: 'write', code: 'WRONG_INPUT', says: /longer than the file system allows/ },
  { errno: 'EXDEV', doing: 'move', code: 'WRONG_INPUT', says: /one file system/ },
  { errno: 'EIO', doing: 'read', code: 'STORAGE_UNAVAILABLE', says: /EIO: it failed/ },
  { errno: 'ESTALE', doing: 'read', code: 'STORAGE_UNAVAILABLE', says: /ESTALE/ },
] as const)('$errno while it $doing-s is $code', ({ errno, doing, code, says }) => {
  const cause = systemError(errno);
  const error = toStorageError(cause, { ...action, doing });
  expect(error).toMatchObject({ code, cause });
  expect(error.message).toMatch(says);
  expect(error.message).toContain(action.uri);
});

test('an error of ours passes unchanged', () => {
  const ours = new TemperedError('STORAGE_FULL', 'said already');
  expect(toStorageError(ours, { ...action, doing: 'read' })).toBe(ours);
});
