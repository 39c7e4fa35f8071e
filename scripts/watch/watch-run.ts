import { type Answer, INTERRUPTED, type Io } from '../io.js';
import { runText } from '../runs/run-text.js';
import { exitCodeOf } from '../runs/run-ending.js';
import type { StartedRun } from '../runs/start-run.js';
import type { Temporal } from '../temporal/connect.js';
import { followRun } from './follow-run.js';
import { liveView } from './live-view.js';
import { plainView } from './plain-view.js';
import { type RunView, SILENT_VIEW } from './view.js';

/** The run to watch, and how. */
export interface Watching {
  readonly run: StartedRun;
  /** Of the pipeline. */
  readonly name: string;
  /** What the pipeline is made of; null when this project does not have it. */
  readonly stages: readonly string[] | null;
  readonly json: boolean;
}

/**
 * Watches a run to its end and answers with what it came to. Ctrl-C lets go of the run without stopping it.
 */
export async function watchRun(io: Io, temporal: Temporal, { run, name, stages, json }: Watching): Promise<Answer> {
  const detach = new AbortController();
  const letGo = () => {
    detach.abort();
    setImmediate(() => process.removeListener('SIGINT', letGo)); // a second Ctrl-C ends the command at once
  };
  // Not `once`: the live display ends the process on a signal that, while it looks, nobody else listens to.
  process.on('SIGINT', letGo);
  try {
    const view = await chooseView(io, stages, json);
    const ending = await followRun(temporal, { runId: run.runId, view, detach: detach.signal });
    if (ending === undefined) return detached(run);
    const document = { runId: run.runId, status: ending.status, result: ending.result, failure: ending.failure };
    return {
      document: { ...document, temporalRunId: run.temporalRunId, pipeline: name, url: run.url },
      text: runText({ ...run, pipeline: name, status: ending.status, ending, stages: [] }),
      exitCode: exitCodeOf(ending),
    };
  } finally {
    process.removeListener('SIGINT', letGo);
  }
}

/** The display that fits where the command writes. */
export async function chooseView(io: Io, stages: Watching['stages'], json: boolean): Promise<RunView> {
  if (json) return SILENT_VIEW;
  return io.interactive && stages ? liveView(stages) : plainView(io);
}

function detached({ runId, temporalRunId, url }: StartedRun): Answer {
  return {
    document: { runId, status: 'running', result: null, failure: null, temporalRunId, url },
    text: `run ${runId} goes on\nnext   npx tempered watch ${runId}   or stop it: npx tempered cancel ${runId}`,
    exitCode: INTERRUPTED,
  };
}
