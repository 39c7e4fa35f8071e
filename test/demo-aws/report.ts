import { join } from 'node:path';
import { formatBytes } from '../../contracts/bytes.js';
import { formatCount, formatSeconds } from '../../scripts/format.js';
import { runText } from '../../scripts/runs/run-text.js';
import { table } from '../../scripts/table.js';
import type { FakeAwsEvent } from '../harness/fake-aws.js';
import type { DemoAttempt } from './attempts.js';
import type { Evidence } from './evidence.js';
import { KEPT } from './kept.js';
import { FACTOR } from './profile.js';
import { invocations, type Proof } from './proof.js';

/** What people want to know at the end: the run, its jobs, its endpoint, its calls, and whether something is left. */
export function reportText(evidence: Evidence, { shown, missing }: Proof, home: string): string {
  const { runId, status, result, failure, attempts, left } = evidence;
  return [
    '',
    runText({ runId, url: null, pipeline: 'air-quality', status, ending: { status, result, failure }, stages: [] }),
    '',
    attemptTable(attempts),
    ...attempts.flatMap(({ stage, id, reason, verdict }) =>
      verdict === null
        ? []
        : ['', `${stage} as ${id}`, `  SageMaker said  ${reason ?? ''}`, `  verdict         ${verdict}`],
    ),
    '',
    ...endpointLines(evidence),
    callLine(evidence),
    `left   ${left.length === 0 ? 'nothing: no job, endpoint, configuration or model' : left.join(', ')}`,
    ...shown.map((claim, index) => `${index === 0 ? 'shown  ' : '       '}${claim}`),
    ...missing.map((claim) => `MISSING  ${claim}`),
    `report ${join(home, KEPT.report)}`,
    `logs   ${join(home, KEPT.logs)}`,
    `look   TEMPERED_HOME=${home} npx tempered up   the run's history in Temporal's UI; then: npx tempered down`,
  ].join('\n');
}

function attemptTable(attempts: readonly DemoAttempt[]): string {
  const heading = ['  stage', 'job', 'machine', 'memory', 'here', 'ended'];
  const rows = attempts.map(({ stage, platform, id, instanceType, cpus, memoryBytes, state }) => [
    `  ${stage}`,
    `${platform} ${id}`,
    instanceType ?? `workers of ${String(cpus)} vCPU`,
    formatBytes(memoryBytes),
    instanceType === null ? '' : formatBytes(memoryBytes / FACTOR),
    state,
  ]);
  return table([heading, ...rows], [3, 4]);
}

function endpointLines({ endpoint, calls }: Evidence): readonly string[] {
  const [first] = endpoint;
  if (!first) return ['life   no endpoint'];
  const at = ({ at: seconds }: FakeAwsEvent) => `+${formatSeconds(seconds - first.at)}`;
  return [
    `life   endpoint ${first.name}: ${endpoint.map((event) => `${event.state} ${at(event)}`).join(', ')}`,
    `       asked ${formatCount(invocations(calls.client))} times: its golden predictions, and the question of the run`,
  ];
}

function callLine({ calls }: Evidence): string {
  const each = (counts: Readonly<Record<string, number>>) => {
    const services = new Map<string, number>();
    for (const [call, count] of Object.entries(counts)) {
      const [service = ''] = call.split(':');
      services.set(service, (services.get(service) ?? 0) + count);
    }
    return [...services].map(([service, count]) => `${service} ${formatCount(count)}`).join(', ');
  };
  return `calls  ${each(calls.client)}; of jobs: ${each(calls.job)}`;
}
