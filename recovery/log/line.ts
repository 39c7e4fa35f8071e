/** How loud a log line is. `quiet` is everything below an error: an engine warns of what it then survives. */
export type Level = 'fatal' | 'error' | 'quiet';

/** One line of a log without what the transport put before it. */
export interface Line {
  readonly text: string;
  /** Null for what was printed without a logger. */
  readonly level: Level | null;
  readonly indented: boolean;
}
