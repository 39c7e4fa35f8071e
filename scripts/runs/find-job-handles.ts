import { z } from 'zod';
import type { Temporal } from '../temporal/connect.js';

/** What a run waits for, as its history names it. */
const Awaited = z.object({
  stage: z.string(),
  handle: z.object({ platform: z.string(), key: z.string(), id: z.string() }),
});

/** One job of a run. */
export type RunJob = Readonly<z.infer<typeof Awaited>> & {
  /** Which attempt of its stage it is, from 1. */
  readonly attempt: number;
};

/** The jobs that a run has waited for so far, in order; a job that was awaited twice stands once. */
export async function findJobHandles({ client }: Temporal, runId: string): Promise<readonly RunJob[]> {
  const { defaultPayloadConverter } = await import('@temporalio/common');
  const { events } = await client.workflow.getHandle(runId).fetchHistory();
  const jobs = new Map<string, RunJob>();
  for (const { activityTaskScheduledEventAttributes: scheduled } of events ?? []) {
    const payload = scheduled?.activityType?.name === 'awaitJob' ? scheduled.input?.payloads?.[0] : undefined;
    const job = Awaited.safeParse(payload ? defaultPayloadConverter.fromPayload(payload) : undefined);
    if (job.success) jobs.set(job.data.handle.key, { ...job.data, attempt: attemptIn(job.data.handle.key) });
  }
  return [...jobs.values()];
}

/** A job's key ends with its attempt, see `jobKeyOf` in activities/. */
function attemptIn(key: string): number {
  return Number(/-a(\d+)$/.exec(key)?.[1] ?? 1);
}
