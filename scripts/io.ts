import type { Writable } from 'node:stream';

/** Where a command writes: the answer to stdout, everything else to stderr. */
export interface Io {
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** A person watches: live display is fine. False in CI, in a pipe and under `--json`. */
  readonly interactive: boolean;
}

/** What a command answers; the outermost function prints `document` with `--json`, else `text`. */
export interface Answer {
  readonly document: unknown;
  readonly text: string;
  /** 0 unless the answer itself is bad news, as a failed run. */
  readonly exitCode?: number;
}

/** Exit code of a command that Ctrl-C ended, as a shell reports it: 128 + SIGINT. */
export const INTERRUPTED = 130;

/** The streams of this process. */
export function processIo(): Io {
  const { stdout, stderr, env } = process;
  return { stdout, stderr, interactive: stderr.isTTY && !env['CI'] && env['TERM'] !== 'dumb' };
}

/** One line of progress for people. */
export function note(io: Io, line: string): void {
  io.stderr.write(`${line}\n`);
}
