import type { Pipeline } from '../../contracts/pipelines/index.js';
import { buildInput, type InputSource } from '../input/build-input.js';
import { type Answer, type Io, note } from '../io.js';
import { startRun } from '../runs/start-run.js';
import { withTemporal } from '../temporal/connect.js';
import { watchRun } from '../watch/watch-run.js';

/** How a run is started. */
export interface StartOptions extends InputSource {
  readonly name: string;
  readonly pipeline: Pipeline;
  readonly id?: string;
  readonly watch: boolean;
  readonly json: boolean;
}

/** `start-workflow PIPELINE`: checks the input, starts the run and, with `watch`, follows it to its end. */
export function startWorkflow(io: Io, { name, pipeline, id, watch, json, ...source }: StartOptions): Promise<Answer> {
  const input = buildInput(name, pipeline, source); // before anything is connected: a wrong input is told at once
  return withTemporal(async (temporal) => {
    const run = await startRun(temporal, { name, summary: pipeline.summary, input, ...(id !== undefined && { id }) });
    if (!watch) {
      const lines = [
        `started ${run.runId}`,
        ...(run.url === null ? [] : [`open    ${run.url}`]),
        `next    npx tempered watch ${run.runId}`,
      ];
      return { document: { ...run, pipeline: name, status: 'running' }, text: lines.join('\n') };
    }
    if (!json) note(io, `started ${run.runId}${run.url === null ? '' : `  ${run.url}`}`);
    return watchRun(io, temporal, { run, name, stages: Object.keys(pipeline.stages), json });
  });
}
