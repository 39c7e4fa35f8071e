import { defineQuery, defineSignal, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { JobHeartbeat } from '../activities/await-job.js';
import { formatBytes } from '../contracts/bytes.js';
import type { RunProgress } from '../contracts/pipelines/run.js';
import { salvagedText } from '../contracts/salvaged-text.js';
import type { StageSummary } from '../contracts/stage-record.js';

type StageProgress = RunProgress['stages'][number];

/** How far the run is; answers a {@link RunProgress}. */
export const progressQuery = defineQuery<RunProgress>('progress');

/** What the waiting activity tells now and then. */
export const progressSignal = defineSignal<[JobHeartbeat]>('progress');

const NOT_STARTED = {
  state: 'planning',
  attempt: 0,
  memoryBytes: 0,
  percent: null,
  message: '',
  trackingUrl: null,
  summary: null,
} as const satisfies Omit<StageProgress, 'stage'>;

/** The picture of one run: kept in memory, shown by the query and in the UI's live details. */
export class ProgressBoard {
  private readonly stages = new Map<string, StageProgress>();
  private dataDate: string | null = null;
  private ending = '';

  constructor(private readonly pipeline: string) {
    setHandler(progressQuery, () => this.snapshot(), { description: 'stages, states and numbers of this run' });
    setHandler(progressSignal, (beat) => {
      if (this.stages.get(beat.stage)?.state !== 'running') return;
      this.update(beat.stage, { percent: beat.percent, message: beat.message, trackingUrl: beat.trackingUrl });
    });
    this.show();
  }

  /** Sets the day that the run's data stands for. */
  setDataDate(dataDate: string | null): void {
    this.dataDate = dataDate;
    this.show();
  }

  /** Notes what changed of a stage. */
  update(stage: string, change: Partial<StageProgress>): void {
    this.stages.set(stage, { ...(this.stages.get(stage) ?? { stage, ...NOT_STARTED }), ...change });
    this.show();
  }

  /** Notes why the run failed and what helps. */
  setFailure(reason: string, advice: string | undefined): void {
    this.ending = `\n\n**Failed:** ${reason}${advice === undefined ? '' : `\n\n**What helps:** ${advice}`}`;
    this.show();
  }

  /** The summaries of all stages that are done, in the order of their start. */
  summaries(): StageSummary[] {
    return [...this.stages.values()].flatMap(({ summary }) => (summary ? [summary] : []));
  }

  private snapshot(): RunProgress {
    return { pipeline: this.pipeline, dataDate: this.dataDate, stages: [...this.stages.values()] };
  }

  private show(): void {
    const rows = [...this.stages.values()].map((stage) => `| ${cells(stage).join(' | ')} |`);
    const table =
      rows.length === 0
        ? 'starting'
        : ['| stage | state | rows | seconds | memory | |', '|-|-|-|-|-|-|', ...rows].join('\n');
    setCurrentDetails(
      `**${this.pipeline}**${this.dataDate ? `, data date ${this.dataDate}` : ''}\n\n${table}${this.ending}`,
    );
  }
}

function cells({
  stage,
  state,
  attempt,
  memoryBytes,
  percent,
  message,
  trackingUrl,
  summary,
}: StageProgress): string[] {
  if (summary) {
    const { cache, rowsOut, seconds, peakBytes, because } = summary;
    const done = cache === 'hit' ? 'from cache' : 'done';
    const told = cache === 'hit' ? [because] : [because, salvagedText(summary), ...decisionsOf(summary)];
    const why = told.filter((text) => text !== '').map(cellText);
    return [stage, done, String(rowsOut), seconds.toFixed(1), formatBytes(peakBytes), why.join('<br>')];
  }
  const tries = attempt > 1 ? ` (attempt ${String(attempt)})` : '';
  const share = percent === null ? '' : ` ${percent.toFixed(0)} %`;
  const link = trackingUrl === null ? '' : ` [open](${trackingUrl})`;
  const memory = memoryBytes === 0 ? '' : `limit ${formatBytes(memoryBytes)}`;
  return [stage, `${state}${share}${tries}`, '', '', memory, `${cellText(message)}${link}`];
}

/** A summary that an earlier release put into history has no decisions. */
function decisionsOf({ decisions = [] }: Partial<Pick<StageSummary, 'decisions'>>): readonly string[] {
  return decisions;
}

/** A decision quotes logs, and a bar or a line break in one would end its cell. */
function cellText(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}
