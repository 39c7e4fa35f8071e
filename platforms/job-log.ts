/** How far a reader has come in one part of a log: bytes that it has, and the platform's own word for the place or version. */
export interface LogMark {
  readonly bytes: number;
  readonly tag: string | null;
}

/** How far a reader has come in a job's log, which may have several parts. */
export type LogPosition = Readonly<Record<string, LogMark>>;

/** Who reads a log on. */
export interface LogReader {
  /** Where the reading before this one ended; empty at first. */
  readonly from: LogPosition;
  /** Gets what is new, in order; a chunk may end in the middle of a character. */
  readonly take: (chunk: Uint8Array) => void;
}

/** How a reading ended. */
export interface LogReading {
  readonly position: LogPosition;
  /** Nothing more will come. */
  readonly isWhole: boolean;
  /** What is waited for, or why there is nothing: a sentence for people. Null while the log flows, and when all of it is there. */
  readonly awaits: string | null;
}
