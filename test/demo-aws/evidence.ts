import type { AirQualityResult } from '../../contracts/pipelines/air-quality.js';
import type { FailureDocument } from '../../scripts/describe-error.js';
import type { RunStatus } from '../../scripts/runs/run-ending.js';
import type { FakeAws, FakeAwsCalls, FakeAwsEvent, FakeAwsJob } from '../harness/fake-aws.js';
import type { Account } from './account.js';
import type { DemoAttempt } from './attempts.js';

/** What is known when the run is over, each part from who knows it best: the run, its services, and the fake's own record. */
export interface Evidence {
  readonly runId: string;
  readonly url: string | null;
  readonly status: RunStatus;
  readonly result: AirQualityResult | null;
  readonly failure: FailureDocument | null;
  readonly attempts: readonly DemoAttempt[];
  /** The states of the run's endpoint, in order. */
  readonly endpoint: readonly FakeAwsEvent[];
  readonly calls: FakeAwsCalls;
  /** What is still there: would be billed, or in the way of the next run. */
  readonly left: readonly string[];
  /** Programs that were started for each job; more than one would be a job that was made twice. */
  readonly startedTwice: readonly string[];
}

/** States in which a thing of any service is over. */
const OVER = new Set(['Completed', 'Failed', 'Stopped', 'SUCCESS', 'FAILED', 'CANCELLED', '']);

/** What the services and the fake have to say after a run. */
export async function lookAtAccount(
  aws: FakeAws,
  account: Account,
): Promise<Pick<Evidence, 'endpoint' | 'calls' | 'left' | 'startedTwice'>> {
  const [jobs, history, calls, leftovers] = [
    await aws.jobs(),
    await aws.history(),
    await aws.calls(), // before the look for leftovers, which is no call of the product
    await account.leftovers(),
  ];
  const running = jobs.filter(({ state }) => !OVER.has(state)).map(({ kind, name }) => `${kind} ${name}`);
  return {
    endpoint: history.filter(({ kind }) => kind === 'endpoint'),
    calls,
    left: [...new Set([...running, ...leftovers])],
    startedTwice: twice(jobs),
  };
}

function twice(jobs: readonly FakeAwsJob[]): readonly string[] {
  const names = jobs.map(({ kind, name }) => `${kind} ${name}`);
  return jobs
    .filter(({ kind, starts }) => kind !== 'endpoint' && starts > 1)
    .map(({ kind, name }) => `${kind} ${name}`)
    .concat(names.filter((name, index) => names.indexOf(name) !== index));
}
