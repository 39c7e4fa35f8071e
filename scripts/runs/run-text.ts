import { z } from 'zod';
import { formatBytes } from '../../contracts/bytes.js';
import { Metrics } from '../../contracts/metrics.js';
import { MirrorOutcome } from '../../contracts/mirrored-model.js';
import { GateVerdict } from '../../contracts/pipelines/run.js';
import { ArtifactRef, DatasetRef, ModelRef } from '../../contracts/refs.js';
import { salvagedText } from '../../contracts/salvaged-text.js';
import { StageSummary } from '../../contracts/stage-record.js';
import { costText } from '../../costs/cost-text.js';
import { totalCost } from '../../costs/total-cost.js';
import { quote } from '../../settings/allowed.js';
import { formatCount, formatMetric, formatSeconds } from '../format.js';
import { table } from '../table.js';
import { stageLine } from '../watch/stage-line.js';
import type { StageView } from '../watch/snapshot.js';
import type { RunEnding } from './run-ending.js';

/** A run for people: how it stands, and when it is over, what it came to. */
export interface RunPicture {
  readonly runId: string;
  readonly url: string | null;
  readonly pipeline: string;
  readonly status: string;
  /** Null while it goes on. */
  readonly ending: RunEnding | null;
  /** Live stages of a run that goes on or failed; a result has its own. */
  readonly stages: readonly StageView[];
}

/** The parts of a pipeline's result that people want to read; each pipeline has some of them. */
const Readable = z.object({
  kind: z.string().optional(),
  dataDate: z.string().optional(),
  stages: z.array(StageSummary).default([]),
  metrics: Metrics.optional(),
  baseline: Metrics.optional(),
  baselines: z.array(z.object({ name: z.string(), metrics: Metrics })).default([]),
  champion: Metrics.nullish(),
  gate: GateVerdict.optional(),
  noiseFloor: z.object({ bestR2: z.number() }).nullish(),
  model: ModelRef.nullish(),
  mirror: MirrorOutcome.nullish(),
  predictions: DatasetRef.nullish(),
  predictionsCsv: ArtifactRef.nullish(),
  csv: ArtifactRef.nullish(),
  answer: z.object({ date: z.string(), prediction: z.number(), goldenRows: z.int() }).nullish(),
  // For programs: too long to be read.
  candidate: z.unknown().optional(),
  samplePredictions: z.unknown().optional(),
});
/** What a failed stage had tried, in a failure's facts. */
const Tries = z.object({ stage: z.string(), decisions: z.array(z.string()) });
/** What its last job printed last. */
const Log = z.array(z.string()).catch([]);

type Readable = z.infer<typeof Readable>;

/** Writes a run as text. */
export function runText({ runId, url, pipeline, status, ending, stages }: RunPicture): string {
  const parsed = Readable.safeParse(ending?.result ?? {});
  const result: Readable = parsed.success ? parsed.data : { stages: [], baselines: [] };
  const outcome = result.kind === undefined || result.kind === status ? '' : ` (${result.kind})`;
  const day = result.dataDate === undefined ? '' : `, data date ${result.dataDate}`;
  return [
    `run    ${runId}: ${pipeline} ${status}${outcome}${day}`,
    result.stages.length > 0
      ? stageTable(result.stages)
      : stages
          .map((stage) => `  ${stage.stage} ${isCutShort(stage, ending) ? 'stopped' : stageLine(stage)}`)
          .join('\n'),
    decisionLines([...result.stages, ...stages.flatMap(({ summary }) => summary ?? [])]),
    cacheLine(result.stages),
    ...costLines(result.stages),
    metricsTable(result),
    gateLines(result),
    line(
      'best',
      result.noiseFloor ? `R2 ${formatMetric(result.noiseFloor.bestR2)} is the most that this data allows` : undefined,
    ),
    line(
      'model',
      result.model ? `${result.model.name} ${result.model.sha256.slice(0, 12)}  ${result.model.uri}` : undefined,
    ),
    line('mirror', mirrorText(result)),
    line(
      'preds',
      result.predictions ? `${formatCount(result.predictions.rows)} rows  ${result.predictions.uri}` : undefined,
    ),
    line('csv', (result.predictionsCsv ?? result.csv)?.uri),
    line('asked', answerText(result)),
    ...otherLines(ending?.result ?? {}),
    line('open', url ?? undefined),
    failureLines(ending),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

/** The run is over and its last words about this stage were that it goes on: a cancel ended both. */
function isCutShort({ state }: StageView, ending: RunEnding | null): boolean {
  return ending !== null && (state === 'running' || state === 'planning' || state === 'waiting');
}

function stageTable(stages: readonly StageSummary[]): string {
  const rows = stages.map(
    ({ stage, cache, rowsOut, rowsRejected, seconds, peakBytes, memoryBytes, attempts, because }) => [
      `  ${stage}`,
      formatCount(rowsOut),
      formatCount(rowsRejected),
      formatSeconds(seconds),
      formatBytes(peakBytes),
      formatBytes(memoryBytes),
      String(attempts),
      cache,
      because,
    ],
  );
  const heading = ['  stage', 'rows', 'rejected', 'time', 'peak memory', 'limit', 'attempts', 'cache', 'why'];
  return table([heading, ...rows], [1, 2, 3, 4, 5, 6]);
}

/** Why stages took more than one attempt, and what the attempts left each other. */
function decisionLines(stages: readonly StageSummary[]): string {
  return stages
    .filter(({ cache }) => cache === 'miss')
    .flatMap((summary) =>
      [...summary.decisions, salvagedText(summary)]
        .filter((text) => text !== '')
        .map((text) => line('tries', `${summary.stage}: ${text}`)),
    )
    .join('\n');
}

/** What the run took and cost, and, where more than one did, each stage. */
function costLines(stages: readonly StageSummary[]): readonly string[] {
  const paid = stages.flatMap(({ stage, cost }) => (cost === undefined ? [] : [{ stage, cost }]));
  const total = totalCost(paid.map(({ cost }) => cost));
  if (total === null) return [];
  const each = total.usd === 0 ? [] : paid.map(({ stage, cost }) => `       ${stage}: ${costText(cost)}`);
  const prices = total.usd === 0 ? '' : `, prices of ${total.pricesOf}`;
  return [line('cost', `${costText(total)}${prices}`), ...each];
}

function cacheLine(stages: readonly StageSummary[]): string {
  const hits = stages.filter(({ cache }) => cache === 'hit').length;
  if (hits === 0) return '';
  return hits === stages.length
    ? 'cache  every stage was served from the cache'
    : `cache  ${String(hits)} of ${String(stages.length)} stages were served from the cache`;
}

function metricsTable({ metrics, baseline, baselines, champion }: Readable): string {
  const naive = [...(baseline ? [{ name: 'baseline', metrics: baseline }] : []), ...baselines];
  if (!metrics || naive.length === 0) return '';
  const names = ['r2', 'rmse', 'mae', 'mse', 'bias', 'smape'] as const;
  const row = (who: string, values: Metrics) => [`  ${who}`, ...names.map((name) => formatMetric(values[name]))];
  const rows = [
    row('candidate', metrics),
    ...naive.map((each) => row(each.name, each.metrics)),
    ...(champion ? [row('champion', champion)] : []),
  ];
  return table([[`  on ${formatCount(metrics.rows)} held-out rows`, ...names], ...rows], [1, 2, 3, 4, 5, 6]);
}

function gateLines({ gate }: Readable): string {
  if (!gate) return '';
  return [`gate   ${gate.passed ? 'passed' : 'not passed'}`, ...gate.reasons.map((reason) => `       ${reason}`)].join(
    '\n',
  );
}

/** What an endpoint said, and how it is known that it serves the model. */
function answerText({ answer }: Readable): string | undefined {
  if (!answer) return undefined;
  const { date, prediction, goldenRows } = answer;
  return `${formatMetric(prediction)} for ${date}, of an endpoint that repeated ${formatCount(goldenRows)} golden predictions`;
}

/** Where the mirror of the registry shows the model, or why it does not. */
function mirrorText({ mirror }: Readable): string | undefined {
  if (!mirror) return undefined;
  return mirror.kind === 'mirrored'
    ? `${mirror.group}  ${mirror.name}`
    : `the model is promoted, but the mirror does not show it: ${mirror.reason}`;
}

/** What a pipeline of a user's own gives, whose parts nobody here knows: a line each. */
function otherLines(result: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(result).flatMap(([name, value]) => {
    if (Object.hasOwn(Readable.shape, name)) return [];
    const dataset = DatasetRef.safeParse(value);
    const text = dataset.success ? `${formatCount(dataset.data.rows)} rows  ${dataset.data.uri}` : quote(value);
    return [`${name.padEnd(6)} ${text}`];
  });
}

function failureLines(ending: RunEnding | null): string {
  if (!ending?.failure) return '';
  const { code, message, advice, stage, decisions, cost, log } = ending.failure;
  const paid = typeof cost === 'string' && cost !== '' ? [line('cost', cost)] : [];
  const tries = Tries.safeParse({ stage, decisions });
  const tried = tries.success ? tries.data.decisions.map((text) => line('tries', `${tries.data.stage}: ${text}`)) : [];
  const printed = Log.parse(log).map((text, index) => `${index === 0 ? 'log    ' : '       '}${text}`);
  return [
    ...printed,
    ...tried,
    ...paid,
    `error  ${code}: ${message}`,
    ...(advice === null ? [] : [`next   ${advice}`]),
  ].join('\n');
}

function line(name: string, text: string | undefined): string {
  return text === undefined ? '' : `${name.padEnd(7)}${text}`;
}
