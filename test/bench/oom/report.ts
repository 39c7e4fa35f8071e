import { formatBytes } from '../../../contracts/bytes.js';
import type { MeasuredAttempt } from './attempts.js';
import type { FaultRun } from './run-fault.js';
import { FAULTY_STAGES } from './fault.js';
import { gibHoursOf, type Score } from './score.js';

/** One run in one line: how it ended and what each attempt was. */
export function runLine({ fault, ending, sameResult, attempts }: FaultRun): string {
  const mark = ending === fault.ends && sameResult !== false ? 'ok    ' : 'WRONG ';
  const end = sameResult === false ? 'other result' : ending;
  return `  ${mark} ${fault.name.padEnd(30)} ${end.padEnd(14)} ${attempts.map(attemptText).join(' -> ')}`;
}

function attemptText({ memoryBytes, startedAtMs, endedAtMs, verdict, settings }: MeasuredAttempt): string {
  const levers = Object.entries(settings).filter(([name]) => name !== 'inject' && name !== 'smallJob');
  const values = levers.map(([name, value]) => `${name} ${String(value)}`).join(', ');
  return `${formatBytes(memoryBytes)} {${values}} ${((endedAtMs - startedAtMs) / 1000).toFixed(1)} s ${verdict}`;
}

/** A goal of the benchmark with what was measured. */
export interface GoalLine {
  readonly reached: boolean;
  readonly text: string;
}

/** @param doublingGibHours what blind doubling spent on the same memory faults; null when it was not run */
export function goalLines(total: Score, doublingGibHours: number | null): readonly GoalLine[] {
  const { secondNightFirstAttemptShare: second } = total;
  const share = doublingGibHours === null ? null : total.gibHours / doublingGibHours;
  return [
    line('recoverable memory faults that ended in the right result', total.recoveredShare, (value) => value === 1),
    line('their first failures taken for the memory that it was', total.recognisedShare, (value) => value === 1),
    line('doomed jobs stopped at the attempt that proved it', total.doomedStoppedAtOnceShare, (value) => value === 1),
    line('other faults that never grew memory', total.otherNeverGrewShare, (value) => value === 1),
    line('runs that ended as they must', total.endedAsExpectedShare, (value) => value === 1),
    line('units of work done twice', total.unitsTwice, (value) => value === 0),
    ...measured('memory-hours, share of blind doubling', share, (value) => value <= 0.5),
    ...measured('first attempts that succeed in the second night', second, (value) => value >= 0.95),
    line('median milliseconds from an end to the next start', total.medianRestartMs, (value) => value <= 2000),
    { reached: true, text: `         units that were running at a kill: ${String(total.unitsCut)}` },
  ];
}

/** GiB-hours of the recoverable memory faults by stage: what recovery spent and what blind doubling did. */
export function memoryHourLines(ours: readonly FaultRun[], doubling: readonly FaultRun[]): readonly string[] {
  return FAULTY_STAGES.map((stage) => {
    const [spent, doubled] = [ours, doubling].map((runs) =>
      gibHoursOf(runs.filter(({ fault }) => fault.kind === 'memory' && fault.stage === stage)),
    );
    return `         ${stage.padEnd(9)} ${spent?.toFixed(3) ?? ''} GiB-hours, blind doubling ${doubled?.toFixed(3) ?? ''}`;
  });
}

function measured(what: string, value: number | null, isReached: (value: number) => boolean): readonly GoalLine[] {
  return value === null ? [] : [line(what, value, isReached)];
}

function line(what: string, value: number, isReached: (value: number) => boolean): GoalLine {
  const reached = isReached(value);
  return { reached, text: `${reached ? 'reached ' : 'MISSED  '} ${what}: ${String(Math.round(value * 1000) / 1000)}` };
}
