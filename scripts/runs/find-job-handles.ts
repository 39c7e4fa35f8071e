import { z } from 'zod';
import type { Temporal } from '../temporal/connect.js';

/** One job of a run, as the run's history names it. */
export const RunJob = z.object({
  stage: z.string(),
  handle: z.object({ platform: z.string(), key: z.string(), id: z.string() }),
});
export type RunJob = Readonly<z.infer<typeof RunJob>>;

/** The jobs that a run has waited for so far, in order; a job that was awaited twice stands once. */
export async function findJobHandles({ client }: Temporal, runId: string): Promise<readonly RunJob[]> {
  const { defaultPayloadConverter } = await import('@temporalio/common');
  const { events } = await client.workflow.getHandle(runId).fetchHistory();
  const jobs = new Map<string, RunJob>();
  for (const { activityTaskScheduledEventAttributes: scheduled } of events ?? []) {
    const payload = scheduled?.activityType?.name === 'awaitJob' ? scheduled.input?.payloads?.[0] : undefined;
    const job = RunJob.safeParse(payload ? defaultPayloadConverter.fromPayload(payload) : undefined);
    if (job.success) jobs.set(job.data.handle.key, job.data);
  }
  return [...jobs.values()];
}
