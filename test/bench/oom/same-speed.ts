import type { MeasuredAttempt } from './attempts.js';
import type { FaultRun } from './run-fault.js';

/**
 * The runs of one night as they would have been at the speed of another. A fault's first attempt is the same work in both, of the same size
 * with the same settings: how much longer it took tells how much slower the machine was then, and all attempts of that run are shortened, or
 * stretched, by as much. Without it a ratio of two nights would measure the neighbours.
 */
export function atSpeedOf(reference: readonly FaultRun[], runs: readonly FaultRun[]): readonly FaultRun[] {
  return runs.map((run) => {
    const other = reference.find(({ fault }) => fault.name === run.fault.name);
    const slower = millisOf(run.attempts[0]) / millisOf(other?.attempts[0]);
    if (!Number.isFinite(slower) || slower <= 0) return run;
    return { ...run, attempts: run.attempts.map((attempt) => lasting(attempt, millisOf(attempt) / slower)) };
  });
}

function millisOf(attempt: MeasuredAttempt | undefined): number {
  return attempt === undefined ? Number.NaN : attempt.endedAtMs - attempt.startedAtMs;
}

function lasting(attempt: MeasuredAttempt, millis: number): MeasuredAttempt {
  return { ...attempt, endedAtMs: attempt.startedAtMs + millis };
}
