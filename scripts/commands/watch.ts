import { findPipeline } from '../../contracts/pipelines/index.js';
import { loadProject } from '../../settings/project.js';
import { runUrl } from '../../settings/temporal.js';
import type { Answer, Io } from '../io.js';
import { loadRun } from '../runs/load-run.js';
import { withTemporal } from '../temporal/connect.js';
import { watchRun } from '../watch/watch-run.js';

/** `tempered watch RUN`: follows a run to its end; Ctrl-C lets go of it. */
export async function watch(io: Io, runId: string, json: boolean): Promise<Answer> {
  const { pipelines } = await loadProject();
  return withTemporal(async (temporal) => {
    const { runId: temporalRunId, type: name } = await loadRun(temporal, runId);
    const run = { runId, temporalRunId, url: runUrl(temporal, runId, temporalRunId) };
    const stages = findPipeline(pipelines, name)?.stages;
    return watchRun(io, temporal, { run, name, stages: stages ? Object.keys(stages) : null, json });
  });
}
