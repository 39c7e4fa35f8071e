import { constants } from 'node:os';
import { InvalidArgumentError } from 'commander';

/** How a process ended: by its code or by a signal. */
export interface ExitStatus {
  readonly code: number | null;
  readonly signal: string | null;
}

/** Parses `137`, `-9`, `SIGKILL` or `kill`. */
export function exitStatus(given: string): ExitStatus {
  const text = given.trim();
  if (/^-?\d{1,10}$/.test(text)) return { code: Number(text), signal: null };
  const name = text.toUpperCase();
  const signal = name.startsWith('SIG') ? name : `SIG${name}`;
  if (Object.hasOwn(constants.signals, signal)) return { code: null, signal };
  throw new InvalidArgumentError('allowed is an exit code such as 137 or -9, or a signal such as SIGKILL.');
}
