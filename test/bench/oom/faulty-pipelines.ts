import { z } from 'zod';
import type { Pipeline } from '../../../contracts/pipelines/index.js';
import { salaryStages } from '../../../contracts/pipelines/salary.js';
import type { StageDefinition } from '../../../contracts/stage.js';
import type { Fault, FaultyStage } from './fault.js';

const MIB = 2 ** 20;

/**
 * What a unit of work takes beside its own time, so that an attempt is more than its engine's start, as at full size. A unit is a chunk,
 * a step of the ETL, or a trial's way to its next rung, of which a trial has five.
 */
const UNIT_SECONDS: Readonly<Record<FaultyStage, number>> = {
  generate: 3,
  etl: 10,
  tune: 5,
  evaluate: 2,
  predict: 5,
};

/** The program that puts a fault into the processes of a stage's real job. */
const ENTRY = 'test/bench/oom/inject/faulty.py';

/** A pipeline of one stage for each fault: the real stage, started too small, its job with the fault in it. */
export function faultyPipelines(faults: readonly Fault[]): Readonly<Record<string, Pipeline>> {
  return Object.fromEntries(
    faults.map((fault) => [
      fault.name,
      { summary: fault.name, input: z.strictObject({}), stages: { [fault.name]: faultyStage(fault) } },
    ]),
  );
}

function faultyStage({ name, stage, startMib, settings, inject }: Fault): StageDefinition {
  const real: StageDefinition = salaryStages[stage];
  return {
    ...real,
    name,
    // Another salt is another stage key: a second night computes everything again.
    params: real.params.extend({ salt: z.string() }).strict(),
    job: { ...real.job, entry: ENTRY },
    settingsFor: (rows) => ({
      ...real.settingsFor(rows),
      ...settings,
      inject: JSON.stringify({ seconds: UNIT_SECONDS[stage], ...inject, stage, entry: real.job.entry }),
    }),
    sizeFor: (rows) => ({ ...real.sizeFor(rows), memoryBytes: startMib * MIB }),
  };
}
