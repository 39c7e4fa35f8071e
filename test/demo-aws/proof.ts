import { TOO_SMALL } from './profile.js';
import type { Evidence } from './evidence.js';

/** The words by which SageMaker tells that a container was killed for memory. */
const TOLD_BY_SAGEMAKER = 'Please use an instance type with more memory';

/** A life of an endpoint as it should be. */
const WHOLE_LIFE = ['Creating', 'InService', 'Deleting', 'gone'];

interface Claim {
  readonly claim: string;
  readonly holds: (evidence: Evidence) => boolean;
}

/** What the demo says to show. */
const CLAIMS: readonly Claim[] = [
  {
    claim: 'the run was completed, and its model promoted past the baselines',
    holds: ({ status, result }) =>
      status === 'completed' && result?.kind === 'promoted' && result.gate.passed && result.baselines.length > 0,
  },
  {
    claim: 'Spark worked on EMR Serverless',
    holds: ({ attempts }) => attempts.some(({ id, state }) => id.startsWith('job-run/') && state === 'SUCCESS'),
  },
  {
    claim: `${TOO_SMALL} was killed for memory, and the next instance type had enough`,
    holds: ({ attempts }) => {
      const tries = attempts.filter(({ stage }) => stage === TOO_SMALL);
      const [first, last] = [tries[0], tries.at(-1)];
      return (
        first?.state === 'Failed' &&
        first.reason?.includes(TOLD_BY_SAGEMAKER) === true &&
        first.verdict?.startsWith('out-of-memory') === true &&
        last?.state === 'Completed' &&
        last.memoryBytes > first.memoryBytes &&
        last.instanceType !== first.instanceType
      );
    },
  },
  { claim: 'every job was made once', holds: ({ startedTwice }) => startedTwice.length === 0 },
  {
    claim: 'one endpoint was created, came into service and was deleted',
    holds: ({ endpoint }) => endpoint.map(({ state }) => state).join() === WHOLE_LIFE.join(),
  },
  {
    claim: 'the endpoint repeated the golden predictions and answered a question',
    holds: ({ result, calls }) => (result?.answer?.goldenRows ?? 0) > 0 && invocations(calls.client) >= 2,
  },
  { claim: 'nothing is left: no job, endpoint, configuration or model', holds: ({ left }) => left.length === 0 },
];

/** How often an endpoint was asked. */
export function invocations(calls: Readonly<Record<string, number>>): number {
  return calls['sagemaker-runtime:InvokeEndpoint'] ?? 0;
}

/** What the demo says to show, by whether it happened. */
export interface Proof {
  readonly shown: readonly string[];
  readonly missing: readonly string[];
}

/** Looks for each claim in the evidence. */
export function proofOf(evidence: Evidence): Proof {
  const claims = (wanted: boolean) =>
    CLAIMS.filter(({ holds }) => holds(evidence) === wanted).map(({ claim }) => claim);
  return { shown: claims(true), missing: claims(false) };
}
