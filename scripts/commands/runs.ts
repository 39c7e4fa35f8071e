import { loadProject } from '../../settings/project.js';
import { formatSeconds } from '../format.js';
import type { Answer } from '../io.js';
import { listRuns } from '../runs/list-runs.js';
import { table } from '../table.js';
import { withTemporal } from '../temporal/connect.js';
import { loadPipelineName } from '../input/build-input.js';

/** Which runs to list. */
export interface RunsOptions {
  readonly limit: number;
  readonly pipeline?: string;
}

/** `tempered runs`: the newest runs. */
export async function runs({ limit, pipeline }: RunsOptions): Promise<Answer> {
  const known = (await loadProject()).pipelines;
  const pipelines = pipeline === undefined ? Object.keys(known) : [loadPipelineName(known, pipeline)];
  const found = await withTemporal((temporal) => listRuns(temporal, { limit, pipelines }));
  const rows = found.map(({ runId, pipeline: name, status, startedAt, seconds, startedBy }) => [
    runId,
    name,
    status,
    startedAt,
    seconds === null ? '' : formatSeconds(seconds),
    startedBy ?? '',
  ]);
  const heading = ['run', 'pipeline', 'status', 'started', 'time', 'schedule'];
  const text =
    rows.length === 0 ? 'no runs yet\nnext   npx start-workflow salary --watch' : table([heading, ...rows], [4]);
  return { document: { runs: found }, text };
}
