import type { Engine } from '../../contracts/job.js';
import type { EnclosureRecord } from './enclosure.js';

/** Everything that a supervisor needs to know about its job; `plan.json`. */
export interface SupervisorPlan {
  readonly key: string;
  readonly engine: Engine;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Folder of the job's own files; the disk under it must hold `diskBytes`. */
  readonly jobDirectory: string;
  /** The job's temporary folder, on the same disk as its output, and a short name for it: the path of a socket may have 103 characters. */
  readonly temporary: { readonly directory: string; readonly link: string };
  readonly memoryBytes: number;
  readonly diskBytes: number;
  /** Where jobs queue for the machine's memory, and how much there is. */
  readonly ledger: { readonly directory: string; readonly budgetBytes: number };
  readonly enclosure: EnclosureRecord;
  /** How long a job may take to end by itself after SIGTERM. */
  readonly stopGraceMs: number;
}
