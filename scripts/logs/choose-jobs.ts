import { orList } from '../../settings/allowed.js';
import { unknownName, wrongInput } from '../../settings/input-errors.js';
import type { RunJob } from '../runs/find-job-handles.js';

/** Which jobs of a run. */
export interface JobChoice {
  readonly stage?: string | undefined;
  /** From 1. */
  readonly attempt?: number | undefined;
}

/** What is known of the run that they are chosen from. */
export interface ChosenFrom {
  /** Of its pipeline; null when this project does not have it. */
  readonly stages: readonly string[] | null;
  /** More jobs may come. */
  readonly isRunning: boolean;
}

/**
 * The jobs that are asked for. A stage of the pipeline may have none: it was served from the cache, or has not begun.
 * @throws {TemperedError} `WRONG_INPUT` for a stage that the run cannot have, and for an attempt that it did not need
 */
export function chooseJobs(
  jobs: readonly RunJob[],
  { stage, attempt }: JobChoice,
  { stages, isRunning }: ChosenFrom,
): readonly RunJob[] {
  const seen = [...new Set(jobs.map((job) => job.stage))];
  const known = stages ?? seen;
  if (stage !== undefined && known.length > 0 && !known.includes(stage)) {
    throw wrongInput('--stage', [unknownName('stage', stage, known)]);
  }
  const ofStage = jobs.filter((job) => stage === undefined || job.stage === stage);
  const chosen = ofStage.filter((job) => attempt === undefined || job.attempt === attempt);
  if (attempt !== undefined && chosen.length === 0 && ofStage.length > 0 && !isRunning) {
    const allowed = [...new Set(ofStage.map((job) => String(job.attempt)))];
    throw wrongInput('--attempt', [{ field: 'attempt', found: String(attempt), allowed: orList(allowed) }]);
  }
  return chosen;
}
