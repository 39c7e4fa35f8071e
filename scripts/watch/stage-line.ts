import { formatBytes } from '../../contracts/bytes.js';
import { salvagedText } from '../../contracts/salvaged-text.js';
import { formatCount, formatSeconds } from '../format.js';
import type { StageView } from './snapshot.js';

/** One stage in one line, without its name: `running 42 %, 1.2 GiB of 2 GiB, attempt 2: 12 of 20 trials`. */
export function stageLine({ state, attempt, memoryBytes, percent, message, rssBytes, summary }: StageView): string {
  if (summary) {
    const { cache, rowsOut, seconds, peakBytes, because, attempts } = summary;
    const rows = rowsOut > 0 ? `${formatCount(rowsOut)} rows` : '';
    if (cache === 'hit') return join(['from cache', rows], because);
    const tries = attempts > 1 ? `${String(attempts)} attempts` : '';
    return join(
      ['done', rows, formatSeconds(seconds), `peak ${formatBytes(peakBytes)}`, tries, salvagedText(summary)],
      '',
    );
  }
  if (state !== 'running') return join([state], message);
  const share = percent === null ? 'running' : `running ${percent.toFixed(0)} %`;
  const memory =
    rssBytes === null ? `limit ${formatBytes(memoryBytes)}` : `${formatBytes(rssBytes)} of ${formatBytes(memoryBytes)}`;
  return join([share, memory, attempt > 1 ? `attempt ${String(attempt)}` : ''], message);
}

function join(parts: readonly string[], message: string): string {
  const head = parts.filter((part) => part !== '').join(', ');
  return message === '' ? head : `${head}: ${message}`;
}
