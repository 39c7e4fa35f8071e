import { AttemptOutcome, OUTCOME_FILE } from '../../contracts/attempt-outcome.js';
import { JOB_FILES, JobFile } from '../../contracts/job.js';
import type { Settings } from '../../contracts/resources.js';
import { JobFolder } from '../../platforms/local/job-folder.js';
import { findState } from '../../platforms/local/standing.js';
import { stateDir } from '../../settings/home.js';
import { findJson } from '../../storage/find-json.js';
import { layout } from '../../storage/layout.js';
import type { Storage } from '../../storage/storage.js';
import { findJobHandles } from '../runs/find-job-handles.js';
import type { Temporal } from '../temporal/connect.js';

/** One attempt as the platform measured it and recovery judged it. */
export interface TriedAttempt {
  readonly memoryBytes: number;
  readonly settings: Settings;
  readonly seconds: number;
  readonly peakBytes: number | null;
  /** `stopped`: by the demo, for taking too long. */
  readonly ending: 'succeeded' | 'died' | 'stopped';
  /** Of what it died, with the words that told. */
  readonly verdict: {
    readonly kind: string;
    readonly certainty: string;
    readonly region: string | null;
    readonly quotes: readonly string[];
  } | null;
  /** What was decided after it, in one sentence. */
  readonly decision: string | null;
}

/** Every attempt of a stage of a run, oldest first, from what its jobs left on this machine. */
export async function readAttempts(
  temporal: Temporal,
  storage: Storage,
  { runId, stage }: { readonly runId: string; readonly stage: string },
): Promise<readonly TriedAttempt[]> {
  const jobs = await findJobHandles(temporal, runId);
  const tried = jobs.filter((job) => job.stage === stage).map(({ handle }) => readAttempt(storage, handle.key));
  return (await Promise.all(tried)).filter((attempt) => attempt !== undefined);
}

async function readAttempt(storage: Storage, jobKey: string): Promise<TriedAttempt | undefined> {
  const folderUri = layout.work(storage, jobKey);
  const spec = await findJson(storage, `${folderUri}/${JOB_FILES.spec}`, JobFile);
  if (spec === undefined) return undefined;
  const outcome = await findJson(storage, `${folderUri}/${OUTCOME_FILE}`, AttemptOutcome);
  const state = findState(JobFolder.of(stateDir(), jobKey));
  const ended = state?.phase === 'ended' ? state : { seconds: 0, peakBytes: null };
  const measured = { seconds: ended.seconds, peakBytes: ended.peakBytes };
  const { memoryBytes } = spec.resources;
  const attempt = { memoryBytes, settings: spec.settings, ...measured, verdict: null, decision: null };
  if (outcome?.kind !== 'failed') return { ...attempt, ending: outcome ? 'succeeded' : 'stopped' };
  const { verdict, decision } = outcome;
  return {
    ...attempt,
    ending: 'died',
    verdict: {
      kind: verdict.kind,
      certainty: verdict.certainty,
      region: verdict.region,
      quotes: verdict.evidence.map(({ quote }) => quote),
    },
    decision: decision.kind === 'retry' ? decision.attempt.because : `${decision.because}: given up`,
  };
}
