import { proxyActivities } from '@temporalio/workflow';
import type { StageSummary } from '../../../contracts/stage-record.js';
import { currentRun, definePipeline } from '../../../workflows/pipeline.js';
import { proxyStages } from '../../../workflows/proxy-stages.js';
import type { instantStages } from './pipeline.js';

const { first, second, third, fourth, fifth, sixth } = proxyStages<typeof instantStages>();

interface InstantPipeline {
  readonly input: { readonly salt: string };
  readonly params: { readonly salt: string };
  readonly result: readonly StageSummary[];
}

/** Six stages in a row. */
export const instant = definePipeline<InstantPipeline>('instant', async ({ salt }) => {
  for (const [step, stage] of [first, second, third, fourth, fifth, sixth].entries()) await stage({ step, salt });
  return currentRun().board.summaries();
});

const { nothing } = proxyActivities<{ nothing: () => Promise<void> }>({
  taskQueue: 'tempered-bench',
  startToCloseTimeout: '1 minute',
});

/** Six bare activities in a row: what Temporal itself costs on this machine. */
export async function bare(): Promise<void> {
  for (let step = 0; step < 6; step += 1) await nothing();
}
