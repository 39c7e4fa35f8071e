import { AttemptOutcome, OUTCOME_FILE } from '../../contracts/attempt-outcome.js';
import { JOB_FILES, JobFile } from '../../contracts/job.js';
import { findJobHandles } from '../../scripts/runs/find-job-handles.js';
import type { Temporal } from '../../scripts/temporal/connect.js';
import { findJson } from '../../storage/find-json.js';
import { layout } from '../../storage/layout.js';
import type { Storage } from '../../storage/storage.js';
import type { Account, ServiceJob } from './account.js';

/** One job of the run: as its service tells of it, and as recovery judged it. */
export interface DemoAttempt extends ServiceJob {
  readonly stage: string;
  readonly platform: string;
  /** What was asked for. */
  readonly memoryBytes: number;
  readonly cpus: number;
  /** Of what it died, in the words of recovery; null when it did not. */
  readonly verdict: string | null;
  /** What was changed for the next one. */
  readonly decision: string | null;
}

/** Every attempt of a run, in the order in which they were made. */
export async function readAttempts(
  { temporal, storage, account }: { readonly temporal: Temporal; readonly storage: Storage; readonly account: Account },
  { runId, applicationId }: { readonly runId: string; readonly applicationId: string },
): Promise<readonly DemoAttempt[]> {
  const jobs = await findJobHandles(temporal, runId);
  return Promise.all(
    jobs.map(async ({ stage, handle }) => {
      const folder = layout.work(storage, handle.key);
      const [job, spec, outcome] = await Promise.all([
        account.describe(handle, applicationId),
        findJson(storage, `${folder}/${JOB_FILES.spec}`, JobFile),
        findJson(storage, `${folder}/${OUTCOME_FILE}`, AttemptOutcome),
      ]);
      const { memoryBytes = 0, cpus = 0 } = spec?.resources ?? {};
      return { ...job, stage, platform: handle.platform, memoryBytes, cpus, ...wordsOf(outcome) };
    }),
  );
}

function wordsOf(outcome: AttemptOutcome | undefined): Pick<DemoAttempt, 'verdict' | 'decision'> {
  if (outcome?.kind !== 'failed') return { verdict: null, decision: null };
  const { verdict, decision } = outcome;
  const region = verdict.region === null ? '' : ` of ${verdict.region}`;
  return {
    verdict: `${verdict.kind}${region}, ${verdict.certainty}`,
    decision: decision.kind === 'retry' ? decision.attempt.because : `${decision.because}: given up`,
  };
}
