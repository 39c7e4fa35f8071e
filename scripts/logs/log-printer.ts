import type { Writable } from 'node:stream';
import type { RunJob } from '../runs/find-job-handles.js';

/** Prints what jobs write at the same time: a heading whenever another job speaks than before, as `tail -f` does for files. */
export class LogPrinter {
  #speaker: string | undefined;
  #endsLine = true;

  constructor(private readonly out: Writable) {}

  print({ stage, handle }: RunJob, chunk: Uint8Array): void {
    if (this.#speaker !== handle.key) {
      const gap = this.#speaker === undefined ? '' : this.#endsLine ? '\n' : '\n\n';
      this.out.write(`${gap}${heading(stage, handle.key)}\n`);
      this.#speaker = handle.key;
    }
    this.out.write(chunk);
    this.#endsLine = chunk.at(-1) === 0x0a;
  }
}

/** What stands above a job's log. */
export function heading(stage: string, key: string): string {
  return `==> ${stage} ${key} <==`;
}
