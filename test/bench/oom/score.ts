import type { MeasuredAttempt } from './attempts.js';
import type { FaultRun } from './run-fault.js';

const GIB = 2 ** 30;
const HOUR_MS = 3_600_000;

/** The benchmark's numbers; shares are of 1. */
export interface Score {
  /** Memory faults that ended in the result of a run without faults. */
  readonly recoveredShare: number;
  /** Memory faults whose first failure was taken for the memory that it was. */
  readonly recognisedShare: number;
  readonly doomedStoppedAtOnceShare: number;
  readonly otherNeverGrewShare: number;
  readonly endedAsExpectedShare: number;
  /** Units finished by more than one attempt of a run. */
  readonly unitsTwice: number;
  /** Units that were running when an attempt ended, and so had to be begun again. */
  readonly unitsCut: number;
  readonly gibHours: number;
  readonly secondNightFirstAttemptShare: number | null;
  /** From the end of an attempt to the start of the next one's process. */
  readonly medianRestartMs: number;
}

/** Sum of limit times time over all attempts of all runs: what a cluster would be paid for. */
export function gibHoursOf(runs: readonly FaultRun[]): number {
  const spent = runs.flatMap(({ attempts }) =>
    attempts.map(
      ({ memoryBytes, startedAtMs, endedAtMs }) => (memoryBytes / GIB) * ((endedAtMs - startedAtMs) / HOUR_MS),
    ),
  );
  return spent.filter((value) => !Number.isNaN(value)).reduce((sum, value) => sum + value, 0);
}

/**
 * @param runs one run of every fault under our recovery
 * @param secondNight the recoverable memory faults once more, with other keys; null when it was not run
 */
export function score(runs: readonly FaultRun[], secondNight: readonly FaultRun[] | null): Score {
  const of = (kind: string) => runs.filter(({ fault }) => fault.kind === kind);
  const attempts = runs.map((run) => run.attempts);
  return {
    recoveredShare: share(of('memory'), isRecovered),
    recognisedShare: share(of('memory'), isRecognised),
    doomedStoppedAtOnceShare: share(of('doomed'), isStoppedAtOnce),
    otherNeverGrewShare: share(of('other'), (run) => !grew(run.attempts)),
    endedAsExpectedShare: share(runs, isAsExpected),
    unitsTwice: attempts.reduce((sum, each) => sum + repeated(each), 0),
    unitsCut: attempts.reduce((sum, each) => sum + each.reduce((cut, { unitsCut }) => cut + unitsCut.length, 0), 0),
    gibHours: gibHoursOf(of('memory')),
    secondNightFirstAttemptShare:
      secondNight && share(secondNight, (run) => isRecovered(run) && run.attempts.length === 1),
    medianRestartMs: median(attempts.flatMap(restarts)),
  };
}

/** Also a job that was struck by something else than memory must come to the right result when it ends well. */
function isAsExpected({ fault, ending, sameResult }: FaultRun): boolean {
  return ending === fault.ends && sameResult !== false;
}

function isRecovered({ sameResult }: FaultRun): boolean {
  return sameResult === true;
}

function isRecognised({ fault, attempts: [first] }: FaultRun): boolean {
  return first !== undefined && [fault.region].flat().some((region) => region === first.region);
}

/** It gave up by the rule that no retry can help, and not by having tried them all. */
function isStoppedAtOnce({ fault, ending, attempts }: FaultRun): boolean {
  return ending === fault.ends && attempts.length <= (fault.provenAt ?? 1);
}

function grew(attempts: readonly MeasuredAttempt[]): boolean {
  return attempts.some(({ memoryBytes }, index) => memoryBytes > (attempts[index - 1]?.memoryBytes ?? memoryBytes));
}

function repeated(attempts: readonly MeasuredAttempt[]): number {
  const done = attempts.flatMap(({ unitsDone }) => unitsDone);
  return done.length - new Set(done).size;
}

function restarts(attempts: readonly MeasuredAttempt[]): readonly number[] {
  return attempts
    .slice(1)
    .map(({ startedAtMs }, index) => startedAtMs - (attempts[index]?.endedAtMs ?? Number.NaN))
    .filter((ms) => !Number.isNaN(ms));
}

function share<T>(all: readonly T[], holds: (one: T) => boolean): number {
  return all.length === 0 ? 1 : all.filter(holds).length / all.length;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
