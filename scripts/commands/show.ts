import { runUrl } from '../../settings/temporal.js';
import type { Answer } from '../io.js';
import { statusOf } from '../runs/list-runs.js';
import { loadRun } from '../runs/load-run.js';
import { awaitEnding } from '../runs/run-ending.js';
import { runText } from '../runs/run-text.js';
import { withTemporal } from '../temporal/connect.js';
import { findSnapshot } from '../watch/snapshot.js';

/** `tempered show RUN`: how a run stands, or what it came to. */
export function show(runId: string): Promise<Answer> {
  return withTemporal(async (temporal) => {
    const run = await loadRun(temporal, runId);
    const running = run.status.name === 'RUNNING';
    const ending = running ? null : await awaitEnding(temporal, runId);
    const status = ending?.status ?? (await statusOf(temporal, run));
    const snapshot = ending?.result ? undefined : await findSnapshot(temporal, runId);
    const url = runUrl(temporal, runId, run.runId);
    const common = { runId, temporalRunId: run.runId, pipeline: run.type, status, url };
    return {
      document: {
        ...common,
        startedAt: run.startTime.toISOString(),
        endedAt: run.closeTime?.toISOString() ?? null,
        result: ending?.result ?? null,
        failure: ending?.failure ?? null,
        stages: snapshot?.stages ?? null,
      },
      text: runText({ ...common, ending, stages: snapshot?.stages ?? [] }),
    };
  });
}
