import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { JobRequest } from '../../activities/submit-job.js';
import type { Decision } from '../../recovery/decision.js';
import type { RunProgress } from '../../contracts/pipelines/run.js';
import { JOBS_QUEUE, ORCHESTRATOR_QUEUE } from '../../contracts/task-queues.js';
import { buildWorkflowBundle } from '../../workers/bundle.js';
import { firstAttempt, GIB } from '../fixtures/failed-attempts.js';
import { eventually } from '../harness/eventually.js';
import { withHome } from '../harness/home.js';
import { startServer } from '../harness/server.js';

const BECAUSE = 'attempt 1 found no free capacity (definite: no machines): the same again';

/** A run of `predict` on a platform that refuses its first job; whoever decides waits so long. */
async function withRefusedRun(
  afterSeconds: number,
  use: (handle: WorkflowHandle, submitted: readonly number[]) => Promise<void>,
): Promise<void> {
  await withHome(async ({ folder }) => {
    const server = await startServer();
    const native = await NativeConnection.connect({ address: server.address });
    const connection = await Connection.connect({ address: server.address });
    try {
      const codePath = join(folder, 'bundle.js');
      await buildWorkflowBundle(codePath);
      const submitted: number[] = [];
      const common = { connection: native, namespace: server.namespace };
      const orchestrator = await Worker.create({
        ...common,
        taskQueue: ORCHESTRATOR_QUEUE,
        workflowBundle: { codePath },
        activities: decisions(afterSeconds),
      });
      const jobs = await Worker.create({ ...common, taskQueue: JOBS_QUEUE, activities: refusingPlatform(submitted) });
      const client = new Client({ connection, namespace: server.namespace });
      await jobs.runUntil(
        orchestrator.runUntil(async () => {
          const taskQueue = ORCHESTRATOR_QUEUE;
          const handle = await client.workflow.start('predict', { workflowId: 'refused', taskQueue, args: [{}] });
          await use(handle, submitted);
        }),
      );
    } finally {
      await connection.close();
      await native.close();
      await server.stop();
    }
  });
}

/** The quick steps, with answers that the workflow can go on with. */
function decisions(afterSeconds: number) {
  const first = firstAttempt(GIB);
  const attempt = { ...first, number: 2, because: BECAUSE };
  const decision: Decision = { kind: 'retry', attempt, afterSeconds };
  return {
    parseInput: () => Promise.resolve({ model: 'salary', version: 'champion', dataset: 'file:///d', csv: false }),
    loadModel: () => Promise.resolve({ kind: 'model' }),
    loadDataset: () => Promise.resolve({ kind: 'dataset' }),
    planStage: () =>
      Promise.resolve({ kind: 'run', stageKey: 'k', split: {}, platform: 'local', first, cap: first.resources }),
    decide: () => Promise.resolve({ failed: { attempt: first }, decision }),
    publishStage: () => Promise.resolve({ output: { predictions: 'made' }, summary: null }),
  };
}

function refusingPlatform(submitted: number[]) {
  return {
    submitJob: ({ attempt }: JobRequest) => {
      submitted.push(attempt.number);
      return Promise.resolve({ key: `job-${String(attempt.number)}`, platform: 'local' });
    },
    awaitJob: () => Promise.resolve({ kind: submitted.length > 1 ? 'succeeded' : 'failed', seconds: 1, peakBytes: 1 }),
    stopJob: () => Promise.resolve(),
  };
}

test('a run waits for capacity with a timer of the server, and then asks again', async () => {
  await withRefusedRun(1, async (handle, submitted) => {
    await expect(handle.result()).resolves.toMatchObject({ kind: 'predicted', predictions: 'made' });
    expect(submitted).toEqual([1, 2]);
    const { events = [] } = await handle.fetchHistory();
    expect(events?.filter(({ timerStartedEventAttributes }) => timerStartedEventAttributes)).toHaveLength(1);
  });
});

test('a run that waits for capacity shows it, and a cancel ends the wait', async () => {
  await withRefusedRun(900, async (handle, submitted) => {
    const waiting = await eventually(
      async () => {
        const { stages } = await handle.query<RunProgress>('progress');
        return stages[0]?.state === 'waiting' && stages[0];
      },
      { withinMs: 30_000 },
    );
    expect(waiting.message).toBe(BECAUSE);
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    expect(submitted).toEqual([1]);
  });
});
