import type { JobState } from '../platforms/platform.js';
import { type QuietTime, type StallDeadlines, findStall, watchQuiet } from './stall.js';

/** Tells milliseconds from some fixed moment. */
export type Clock = () => number;

/** Does not see the time that the machine sleeps, nor that somebody sets the date. */
export const steadyClock: Clock = () => performance.now();

/** Watches one job for a stall. Its memory is short: a worker that starts anew begins a new one, at the price of one more deadline. */
export class StallWatch {
  #quiet: QuietTime | null = null;
  #stall: string | null = null;

  constructor(
    private readonly deadlines: StallDeadlines,
    private readonly clock: Clock,
  ) {}

  /** Takes a look. @returns in what way the job has stalled, or null */
  look(state: Extract<JobState, { kind: 'queued' | 'running' }>): string | null {
    if (state.kind === 'queued') {
      this.#quiet = null;
      return null;
    }
    const { progress, vitals } = state;
    this.#quiet = watchQuiet(this.#quiet, { atMs: this.clock(), progress, vitals }, this.deadlines);
    this.#stall = findStall(this.#quiet, this.deadlines);
    return this.#stall;
  }

  /** How the job ended; when it was stopped for a stall, the stall is its reason unless the platform knows another. */
  explain<S extends JobState>(ended: S): S {
    if (this.#stall === null || ended.kind !== 'failed' || ended.evidence.stopRequested !== 'timeout') return ended;
    return { ...ended, evidence: { ...ended.evidence, reason: ended.evidence.reason ?? this.#stall } };
  }
}
