import type { StageSummary } from './stage-record.js';

/** How much of a stage was found finished, for people: `3 chunks done before, 9 now`; empty when nothing was. */
export function salvagedText({ salvaged }: Pick<StageSummary, 'salvaged'>): string {
  if (!salvaged || salvaged.before === 0) return '';
  return `${String(salvaged.before)} ${salvaged.unit} done before, ${String(salvaged.now)} now`;
}
