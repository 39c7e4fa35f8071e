import { runUrl } from '../../settings/temporal.js';
import type { Answer, Io } from '../io.js';
import { loadRun } from '../runs/load-run.js';
import { withTemporal } from '../temporal/connect.js';
import { watchRun } from '../watch/watch-run.js';

/** `tempered watch RUN`: follows a run to its end; Ctrl-C lets go of it. */
export function watch(io: Io, runId: string, json: boolean): Promise<Answer> {
  return withTemporal(async (temporal) => {
    const { runId: temporalRunId, type: pipeline } = await loadRun(temporal, runId);
    const run = { runId, temporalRunId, url: runUrl(temporal, runId, temporalRunId) };
    return watchRun(io, temporal, { run, pipeline, json });
  });
}
