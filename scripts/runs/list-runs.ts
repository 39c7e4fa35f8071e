import type { WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { Temporal } from '../temporal/connect.js';
import { awaitEnding } from './run-ending.js';

/** One run in a list. */
export interface RunRow {
  readonly runId: string;
  readonly temporalRunId: string;
  readonly pipeline: string;
  readonly status: string;
  readonly startedAt: string;
  /** Null while it goes on. */
  readonly seconds: number | null;
  /** Name of the schedule that started it. */
  readonly startedBy: string | null;
}

/** Set by the server on runs that a schedule started. */
const SCHEDULED_BY = defineSearchAttributeKey('TemporalScheduledById', SearchAttributeType.KEYWORD);

/** How many of the newest runs of which pipelines. */
export interface RunFilter {
  readonly limit: number;
  readonly pipelines: readonly string[];
}

/** The newest runs first. A completed one is asked for its result, since only that tells a rejected model. */
export async function listRuns(temporal: Temporal, { limit, pipelines }: RunFilter): Promise<readonly RunRow[]> {
  const query = `WorkflowType IN (${pipelines.map((name) => `'${name}'`).join(', ')})`;
  const found: WorkflowExecutionInfo[] = [];
  for await (const run of temporal.client.workflow.list({ query, pageSize: Math.min(limit, 100) })) {
    found.push(run);
    if (found.length >= limit) break;
  }
  found.sort((a, b) => b.startTime.getTime() - a.startTime.getTime());
  return Promise.all(found.map((run) => rowOf(temporal, run)));
}

/** Temporal's status in our words. */
export async function statusOf(
  temporal: Temporal,
  run: Pick<WorkflowExecutionInfo, 'status' | 'workflowId'>,
): Promise<string> {
  switch (run.status.name) {
    case 'COMPLETED':
      return (await awaitEnding(temporal, run.workflowId)).status;
    case 'TERMINATED':
    case 'CANCELLED':
      return 'cancelled';
    case 'TIMED_OUT':
      return 'failed';
    default:
      return run.status.name.toLowerCase();
  }
}

async function rowOf(temporal: Temporal, run: WorkflowExecutionInfo): Promise<RunRow> {
  return {
    runId: run.workflowId,
    temporalRunId: run.runId,
    pipeline: run.type,
    status: await statusOf(temporal, run),
    startedAt: run.startTime.toISOString().replace(/\.\d+Z$/, 'Z'),
    seconds: run.closeTime ? (run.closeTime.getTime() - run.startTime.getTime()) / 1000 : null,
    startedBy: run.typedSearchAttributes.get(SCHEDULED_BY) ?? null,
  };
}
