import { TemperedError } from '../contracts/failure.js';
import type { Evaluation, Interval } from '../contracts/metrics.js';
import type { GateVerdict } from '../contracts/pipelines/run.js';

/**
 * Decides whether a candidate may replace what is in use. It must beat the strongest naive baseline by the margin, and the champion
 * if there is one, each with the whole 95 % bootstrap interval of the improvement and not only on average.
 * @param margin share of the baseline's mean squared error that must be won, from 0 to 1
 * @throws {TemperedError} `CONTRACT_BROKEN` when a champion was measured but not compared, or with a baseline that is not the strongest
 */
export function decideGate(evaluation: Evaluation, margin: number): GateVerdict {
  const { candidate, baseline, champion, intervals } = evaluation;
  const needed = margin * baseline.metrics.mse;
  const beatsBaseline = intervals.improvementOverBaseline[0] > needed;
  const reasons = [
    `${beatsBaseline ? 'beats' : 'does not beat'} the baseline "${baseline.name}": MSE ${shown(candidate.mse)} against ` +
      `${shown(baseline.metrics.mse)}, improvement ${shownInterval(intervals.improvementOverBaseline)}, ` +
      `needed more than ${shown(needed)} (${shown(margin * 100)} % of the baseline)`,
    ...weakerBaselines(evaluation),
  ];
  if (champion === null) {
    reasons.push('there is no champion to beat');
    return { passed: beatsBaseline, beatsBaseline, beatsChampion: null, reasons };
  }
  const improvement = intervals.improvementOverChampion;
  if (improvement === null) {
    throw new TemperedError(
      'CONTRACT_BROKEN',
      'the evaluation measured a champion but has no improvementOverChampion',
      {
        field: 'intervals.improvementOverChampion',
        found: null,
        expected: 'an interval',
      },
    );
  }
  const beatsChampion = improvement[0] > 0;
  reasons.push(
    `${beatsChampion ? 'beats' : 'does not beat'} the champion: MSE ${shown(candidate.mse)} against ${shown(champion.mse)}, ` +
      `improvement ${shownInterval(improvement)}, needed more than 0`,
  );
  return { passed: beatsBaseline && beatsChampion, beatsBaseline, beatsChampion, reasons };
}

/** One sentence for each baseline beside the one to beat. */
function weakerBaselines({ baseline, baselines = [] }: Evaluation): string[] {
  const strongest = baselines.find(({ metrics }) => metrics.mse < baseline.metrics.mse);
  if (strongest !== undefined) {
    const message = `the evaluation compares with the baseline "${baseline.name}", but "${strongest.name}" is stronger`;
    const [found, expected] = [baseline.name, strongest.name];
    throw new TemperedError('CONTRACT_BROKEN', message, { field: 'baseline', found, expected });
  }
  return baselines
    .filter(({ name }) => name !== baseline.name)
    .map(({ name, metrics }) => `the baseline "${name}" is weaker: MSE ${shown(metrics.mse)}`);
}

function shownInterval([low, high]: Interval): string {
  return `${shown(low)} to ${shown(high)}`;
}

/** Six digits tell two models apart and still read as a number. */
function shown(value: number): string {
  return String(Number(value.toPrecision(6)));
}
