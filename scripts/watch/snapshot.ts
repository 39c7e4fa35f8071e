import { z } from 'zod';
import { RunProgress } from '../../contracts/pipelines/run.js';
import { StageSummary } from '../../contracts/stage-record.js';
import type { RunEnding } from '../runs/run-ending.js';
import type { Temporal } from '../temporal/connect.js';

/** One stage as it is shown. */
export type StageView = RunProgress['stages'][number] & {
  /** Memory that the running job uses now; null when nobody told. */
  readonly rssBytes: number | null;
};

/** A run at one moment, as far as its workers tell. */
export interface RunSnapshot {
  readonly dataDate: string | null;
  readonly stages: readonly StageView[];
}

/** What a waiting activity tells in its heartbeats; fresher than the workflow's own picture. */
const Heartbeat = z.object({
  stage: z.string(),
  percent: z.number().nullish(),
  message: z.string().nullish(),
  rssBytes: z.number().nullish(),
  trackingUrl: z.string().nullish(),
});
type Heartbeat = z.infer<typeof Heartbeat>;

/** A worker answers a query in milliseconds; when none polls, the watcher shows what it has and asks again. */
const ANSWER_WITHIN_MS = 3_000;

/** Asks the run how far it is; undefined when no worker answers just now. */
export async function findSnapshot(temporal: Temporal, runId: string): Promise<RunSnapshot | undefined> {
  const handle = temporal.client.workflow.getHandle(runId);
  const within = <T>(ask: () => Promise<T>) =>
    temporal.connection.withDeadline(Date.now() + ANSWER_WITHIN_MS, ask).catch(() => undefined); // asked again soon
  const [answer, beats = []] = await Promise.all([
    within(() => handle.query<unknown>('progress')),
    within(() => readHeartbeats(temporal, runId)),
  ]);
  const progress = RunProgress.safeParse(answer);
  if (!progress.success) return undefined;
  const { dataDate, stages } = progress.data;
  return { dataDate, stages: stages.map((stage) => withHeartbeat(stage, beats)) };
}

/** The last picture of a run that is over, from its result; undefined when it has none, as a failed one. */
export function finalSnapshot({ result }: RunEnding): RunSnapshot | undefined {
  const parsed = z.object({ stages: z.array(StageSummary), dataDate: z.string().nullish() }).safeParse(result);
  if (!parsed.success) return undefined;
  const stages = parsed.data.stages.map((summary) => ({
    ...{ stage: summary.stage, state: 'done' as const, attempt: summary.attempts, memoryBytes: summary.memoryBytes },
    ...{ percent: null, message: '', trackingUrl: null, rssBytes: null, summary },
  }));
  return { dataDate: parsed.data.dataDate ?? null, stages };
}

async function readHeartbeats({ client }: Temporal, runId: string): Promise<readonly Heartbeat[]> {
  const { defaultPayloadConverter } = await import('@temporalio/common');
  const { raw } = await client.workflow.getHandle(runId).describe();
  return (raw.pendingActivities ?? []).flatMap(({ heartbeatDetails }) => {
    const payload = heartbeatDetails?.payloads?.[0];
    const beat = Heartbeat.safeParse(payload ? defaultPayloadConverter.fromPayload(payload) : undefined);
    return beat.success ? [beat.data] : [];
  });
}

function withHeartbeat(stage: RunProgress['stages'][number], beats: readonly Heartbeat[]): StageView {
  const beat = stage.state === 'running' ? beats.find((one) => one.stage === stage.stage) : undefined;
  return {
    ...stage,
    percent: beat?.percent ?? stage.percent,
    message: beat?.message || stage.message,
    trackingUrl: beat?.trackingUrl ?? stage.trackingUrl,
    rssBytes: beat?.rssBytes ?? null,
  };
}
