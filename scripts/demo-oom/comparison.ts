import { formatBytes } from '../../contracts/bytes.js';
import { formatCount, formatMetric, formatSeconds } from '../format.js';
import { table } from '../table.js';
import type { PolicyRun } from './run-policy.js';
import { keptText } from './story.js';

/** The policies side by side, and below them each of their decisions. */
export function comparison(runs: readonly PolicyRun[]): string {
  const fact = (name: string, of: (run: PolicyRun) => string) => [name, ...runs.map(of)];
  const facts = table([
    fact('', ({ policy }) => policy),
    fact('may have', ({ limitBytes, capBytes }) => range([limitBytes, capBytes])),
    fact('attempts', ({ attempts }) => attemptsText(attempts.map(({ memoryBytes }) => formatBytes(memoryBytes)))),
    fact('out of memory', (run) => `${formatCount(memoryDeaths(run))} of ${formatCount(run.attempts.length)}`),
    fact('which memory', regionsText),
    fact('kept', (run) => keptText(run)),
    fact('took', ({ seconds }) => formatSeconds(seconds)),
    fact('GiB-hours', ({ gibHours }) => gibHours.toFixed(3)),
    fact('ending', endingText),
    fact('trees', ({ result }) => (result ? formatCount(result.trees) : 'none')),
    fact('R2 (naive)', ({ result }) => pair(result?.metrics.r2, result?.baseline.r2)),
    fact('MSE (naive)', ({ result }) => pair(result?.metrics.mse, result?.baseline.mse)),
  ]);
  return [facts, ...runs.map(decisions)].join('\n\n');
}

/** What each attempt died of, by which words that is known, and what was decided: one sentence an attempt. */
function decisions({ policy, attempts }: PolicyRun): string {
  const sentences = attempts.flatMap(({ decision }) => decision ?? []);
  return [`${policy} decided`, ...sentences.map((sentence) => `  ${sentence}`)].join('\n');
}

function memoryDeaths({ attempts }: PolicyRun): number {
  return attempts.filter(({ verdict }) => verdict?.kind === 'out-of-memory').length;
}

function regionsText({ attempts }: PolicyRun): string {
  const regions = attempts.flatMap(({ verdict }) =>
    verdict?.region ? [`${verdict.region} (${verdict.certainty})`] : [],
  );
  return [...new Set(regions)].join(', ') || 'none';
}

/** `6 x 2 GiB` for attempts of one size, else each. */
function attemptsText(sizes: readonly string[]): string {
  const [first] = sizes;
  const same = sizes.length > 1 && sizes.every((size) => size === first);
  return same ? `${String(sizes.length)} x ${first ?? ''}` : sizes.join(', ');
}

function range([from, to]: readonly [number, number]): string {
  return from === to ? formatBytes(from) : `${formatBytes(from)} to ${formatBytes(to)}`;
}

function endingText({ ending, attempts, result, failure }: PolicyRun): string {
  if (ending === 'stopped') return `stopped at ${formatBytes(attempts.at(-1)?.memoryBytes ?? 0)}, still training`;
  if (ending === 'failed') return `failed: ${failure?.code ?? ''}`;
  return `measured model${result?.kind === 'rejected' ? ', rejected' : ''}`;
}

function pair(model: number | undefined, naive: number | undefined): string {
  if (model === undefined || naive === undefined) return 'never measured';
  return `${formatMetric(model)} (${Math.abs(naive) < 1e-5 ? '0' : formatMetric(naive)})`;
}
