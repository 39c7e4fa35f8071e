import { formatBytes } from '../../contracts/bytes.js';
import { salvagedText } from '../../contracts/salvaged-text.js';
import { formatCount, formatMetric, formatSeconds } from '../format.js';
import { CRASHING, DONE_ANEW, type PolicyRun } from './run-policy.js';
import type { TriedAttempt } from './read-attempts.js';

/** The run under the ladder in plain sentences: what died, what was decided, what was kept, what came out. */
export function story(run: PolicyRun): readonly string[] {
  return [
    ...dataSentences(run),
    ...run.attempts.flatMap((attempt, index) => attemptSentences(attempt, index + 1)),
    keptSentence(run),
    ...resultSentences(run),
  ];
}

/** What a run found done at each attempt: the stages before the crash, and the work of attempts that died. */
export function keptText({ stages }: PolicyRun): string {
  const before = stages.filter(({ stage }) => !DONE_ANEW.includes(stage)).map(({ stage }) => stage);
  const crash = stages.find(({ stage }) => stage === CRASHING);
  return [...before, crash ? salvagedText(crash) : ''].filter((part) => part !== '').join(', ');
}

function dataSentences({ stages }: PolicyRun): readonly string[] {
  return stages
    .filter(({ stage }) => !DONE_ANEW.includes(stage))
    .map(({ stage, cache, rowsOut, seconds, because }) =>
      cache === 'hit'
        ? `${stage}: ${formatCount(rowsOut)} rows from the cache, ${because}.`
        : `${stage}: ${formatCount(rowsOut)} rows in ${formatSeconds(seconds)}.`,
    );
}

/** The decision says of what the attempt died, by which words that is known, and what was changed. */
function attemptSentences(
  { memoryBytes, settings, seconds, peakBytes, ending, decision }: TriedAttempt,
  number: number,
) {
  const how = settings['collect'] === true ? 'all rows gathered in one process' : 'rows streamed';
  const peak = peakBytes === null ? '' : `, peak ${formatBytes(peakBytes)}`;
  const after = `${ending === 'died' ? 'died after' : `${ending} in`} ${formatSeconds(seconds)}`;
  return [
    `${CRASHING} attempt ${String(number)}: ${how}, limit ${formatBytes(memoryBytes)}${peak}; it ${after}.`,
    ...(decision === null ? [] : [`decided: ${decision}.`]),
  ];
}

function keptSentence(run: PolicyRun): string {
  const kept = keptText(run);
  return kept === '' ? 'kept: nothing.' : `kept, and not done again: ${kept}.`;
}

function resultSentences({ result, failure }: PolicyRun): readonly string[] {
  if (result === null) return failure === null ? [] : [`failed: ${failure.message}.`];
  const { metrics, baseline, noiseFloor, trees, trainRows, sampled } = result;
  const rows = sampled ? `a sample of ${formatCount(sampled.rows)}` : `all ${formatCount(trainRows)}`;
  const best = noiseFloor ? `; ${formatMetric(noiseFloor.bestR2)} is the most that this data allows` : '';
  return [
    `result: ${formatCount(trees)} trees on ${rows} training rows.`,
    `measured on ${formatCount(metrics.rows)} rows that training never saw: ` +
      `R2 ${formatMetric(metrics.r2)}${best}; MSE ${formatMetric(metrics.mse)}, the naive mean has ${formatMetric(baseline.mse)}.`,
  ];
}
