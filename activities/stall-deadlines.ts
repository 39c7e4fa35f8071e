import { findDurationMs } from '../settings/duration.js';
import type { LoadedProfile } from '../settings/profile.js';
import type { StallDeadlines } from './stall.js';

/** A hang is seen within a minute: this, and the seconds that the looks and the stop take. */
const IDLE_MS = 45_000;

/** Long enough for the longest step of a job that tells nothing in between, short enough that a loop is found the same night. */
const PROGRESS_MS = 30 * 60_000;

/** How long a stage's job may show nothing: as the profile says for the stage, else for all stages, else by default. */
export function stallDeadlinesOf({ profile }: LoadedProfile, stage: string): StallDeadlines {
  const override = profile.stages[stage];
  return {
    idleMs: durationOr(IDLE_MS, override?.idleDeadline ?? profile.idleDeadline),
    progressMs: durationOr(PROGRESS_MS, override?.progressDeadline ?? profile.progressDeadline),
  };
}

/** A loaded profile holds valid durations only. */
function durationOr(defaultMs: number, text: string | undefined): number {
  return (text === undefined ? undefined : findDurationMs(text)) ?? defaultMs;
}
