import type { FailureCode } from '../../../contracts/failure.js';
import type { JsonObject } from '../../../contracts/json.js';
import type { Settings } from '../../../contracts/resources.js';
import type { Region } from '../../../contracts/verdict.js';

/** The stages that faults are put into. */
export const FAULTY_STAGES = ['generate', 'etl', 'tune', 'evaluate', 'predict'] as const;
export type FaultyStage = (typeof FAULTY_STAGES)[number];

/** What happens to a real job of a real stage, and what must become of it. */
export interface Fault {
  /** Name of the stage that is made of it, so that every fault learns its own sizes. */
  readonly name: string;
  readonly stage: FaultyStage;
  /** `memory` can be recovered from, `doomed` cannot, `other` has nothing to do with memory. */
  readonly kind: 'memory' | 'doomed' | 'other';
  /** What `inject/` puts into the job's processes; see its functions for the fields. */
  readonly inject: JsonObject & { readonly fault: string };
  readonly startMib: number;
  readonly capMib: number;
  /** The memory, or one of those, that the first attempt must be seen to die of; absent where it does not die of memory. */
  readonly region?: Region | readonly Region[];
  /** First values of levers where the stage's own would hide the fault. */
  readonly settings?: Settings;
  /** How the run must end. */
  readonly ends: 'done' | FailureCode;
  /** The attempt that proves a doomed one to be so; the first unless the cap must be reached to know. */
  readonly provenAt?: number;
  /** It watches the memory of the whole machine, so that another job beside it would decide how it ends. */
  readonly alone?: true;
  /** What the benchmark itself does to the running job. */
  readonly act?: 'cancel' | 'kill-supervisor' | 'terminate-job';
}
