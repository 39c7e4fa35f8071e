import { TemperedError } from '../contracts/failure.js';
import { messageOf, systemErrorCode } from '../contracts/system-error.js';

/** True when the error says that there is nothing at a path. */
export function isAbsent(error: unknown): boolean {
  const errno = systemErrorCode(error);
  return errno === 'ENOENT' || errno === 'ENOTDIR';
}

/** What was done to which URI of which storage when the system refused. */
export interface FileAction {
  readonly doing: 'read' | 'write' | 'remove' | 'move';
  readonly uri: string;
  readonly root: string;
}

/** Turns a system error into ours: the code by who can mend it, the message with the URI and what to do. */
export function toStorageError(error: unknown, action: FileAction): TemperedError {
  if (error instanceof TemperedError) return error;
  const errno = systemErrorCode(error);
  const { code, why, advice } = explain(errno, action);
  const text = why ?? messageOf(error);
  const facts = { uri: action.uri, root: action.root, errno, ...(advice === undefined ? {} : { advice }) };
  const message = `cannot ${action.doing} ${action.uri}: ${text}${advice === undefined ? '' : `; ${advice}`}`;
  return new TemperedError(code, message, facts, { cause: error });
}

interface Explanation {
  readonly code: 'WRONG_INPUT' | 'STORAGE_FULL' | 'STORAGE_UNAVAILABLE';
  readonly why?: string;
  readonly advice?: string;
}

function explain(errno: string | undefined, { root, doing }: FileAction): Explanation {
  switch (errno) {
    case 'ENOENT':
      return { code: 'WRONG_INPUT', why: 'there is nothing' };
    case 'ENOTDIR':
      return { code: 'WRONG_INPUT', why: 'a part of its path is a file, not a folder' };
    case 'EISDIR':
      return { code: 'WRONG_INPUT', why: 'it is a folder, not a file' };
    case 'ENAMETOOLONG':
      return { code: 'WRONG_INPUT', why: 'its name is longer than the file system allows' };
    case 'ELOOP':
      return { code: 'WRONG_INPUT', why: 'its symbolic links run in a circle' };
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return doing === 'read'
        ? { code: 'WRONG_INPUT', why: 'no permission to read it', advice: `give this user read access to ${root}` }
        : {
            code: 'WRONG_INPUT',
            why: errno === 'EROFS' ? 'its file system is read-only' : 'no permission to write there',
            advice: `make the storage root ${root} writable for this user, or set another storage.root in tempered.json`,
          };
    case 'ENOSPC':
    case 'EDQUOT':
      return {
        code: 'STORAGE_FULL',
        why: errno === 'EDQUOT' ? "the user's disk quota is used up" : 'no space is left on its disk',
        advice: `free space under ${root}, or set storage.root in tempered.json to a larger disk`,
      };
    case 'EXDEV':
      return {
        code: 'WRONG_INPUT',
        why: 'the target lies on another disk, so it cannot move in one step',
        advice: `keep all of ${root} on one file system`,
      };
    default:
      return { code: 'STORAGE_UNAVAILABLE' };
  }
}
