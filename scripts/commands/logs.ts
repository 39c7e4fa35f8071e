import { findPipeline } from '../../contracts/pipelines/index.js';
import { openPlatforms } from '../../platforms/index.js';
import { loadProject } from '../../settings/project.js';
import { openStorage } from '../../storage/index.js';
import { type Answer, type Io, note } from '../io.js';
import { chooseJobs, type JobChoice } from '../logs/choose-jobs.js';
import { type Following, followLogs } from '../logs/follow-logs.js';
import { LogPrinter } from '../logs/log-printer.js';
import { type JobTail, tailOf, tailText } from '../logs/tail-logs.js';
import { findJobHandles } from '../runs/find-job-handles.js';
import { loadRun } from '../runs/load-run.js';
import { withTemporal } from '../temporal/connect.js';

/** Which logs of a run, and how. */
export interface LogsOptions extends JobChoice {
  readonly follow: boolean;
  /** How much of the end of each log to show. */
  readonly bytes: number;
  readonly json: boolean;
}

/** `tempered logs RUN`: what the run's jobs printed, wherever they ran. */
export async function logs(io: Io, runId: string, options: LogsOptions): Promise<Answer> {
  const { pipelines, ...loaded } = await loadProject();
  const storage = openStorage(loaded.storageRootUri, loaded.inputFolders, loaded.profile.aws);
  const platforms = openPlatforms(loaded, storage);
  return withTemporal(async (temporal) => {
    const look: Following['look'] = async () => {
      const { status, type } = await loadRun(temporal, runId); // before its jobs, so that the last one is not missed
      const isRunning = status.name === 'RUNNING';
      const stages = findPipeline(pipelines, type)?.stages;
      const names = stages ? Object.values(stages).map(({ name }) => name) : null;
      return {
        isRunning,
        jobs: chooseJobs(await findJobHandles(temporal, runId), options, { stages: names, isRunning }),
      };
    };
    const jobs = options.follow ? await follow(io, { platforms, look }, options) : (await look()).jobs;
    if (options.follow && !options.json) return { document: null, text: '' };
    const tails = await Promise.all(jobs.map((job) => tailOf(platforms, job, options.bytes)));
    return { document: { runId, jobs: tails }, text: textOf(tails, options) };
  });
}

/** With `--json` stdout is kept for the document at the end. */
function follow(
  io: Io,
  run: Pick<Following, 'platforms' | 'look'>,
  { json }: LogsOptions,
): ReturnType<typeof followLogs> {
  const printer = new LogPrinter(json ? io.stderr : io.stdout);
  return followLogs({
    ...run,
    print: (job, chunk) => {
      printer.print(job, chunk);
    },
    note: ({ handle }, text) => {
      note(io, `note  ${handle.key}: ${text}`);
    },
  });
}

function textOf(tails: readonly JobTail[], { stage, attempt }: JobChoice): string {
  if (tails.length > 0) return tails.map(tailText).join('\n\n');
  const what = stage === undefined ? 'this run' : `stage ${stage} of this run`;
  const which = attempt === undefined ? 'has no jobs' : `has no attempt ${String(attempt)}`;
  return `${what} ${which}: what was served from the cache, or has not begun, has none`;
}
