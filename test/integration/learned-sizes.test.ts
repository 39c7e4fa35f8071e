import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { StageSummary } from '../../contracts/stage-record.js';
import { ORCHESTRATOR_QUEUE } from '../../contracts/task-queues.js';
import { newestSizeRecords } from '../../storage/size-records.js';
import { loadProject } from '../../settings/project.js';
import { buildWorkflowBundle } from '../../workers/bundle.js';
import { openJobsContext } from '../../workers/context.js';
import { createJobsWorker, createOrchestrator } from '../../workers/create.js';
import { HUNGRY } from '../fixtures/hungry/pipeline.js';
import { withHome } from '../harness/home.js';
import { startServer } from '../harness/server.js';

const MIB = 2 ** 20;
const ROWS = 1_000_000;

type Night = (seed: number, rows: number) => Promise<StageSummary>;

test('a night after escalations starts right the first time, and a lighter night starts smaller', async () => {
  await withNights(async (night, context) => {
    const first = await night(1, ROWS);
    expect(first.attempts).toBeGreaterThan(1);
    expect(first.firstSize).toBe('first size');

    const second = await night(2, ROWS);
    expect(second.attempts).toBe(1);
    expect(second.firstSize).toBe('learned: 1 run, 95 % of their needs scaled to 1,000,000 rows');
    expect(second.memoryBytes).toBeGreaterThan(400 * MIB);

    const third = await night(3, ROWS / 4);
    expect(third.attempts).toBe(1);
    expect(third.memoryBytes).toBeLessThan(second.memoryBytes);

    const [, , escalated] = await newestSizeRecords(context.storage, 'hungry');
    expect(escalated).toMatchObject({ stage: 'hungry', rows: ROWS, platform: 'local', attempts: first.attempts });
    expect(escalated?.tooSmall[0]).toMatchObject({ memoryBytes: escalated?.firstMemoryBytes, settings: {} });
  });
});

test('a run that gave up leaves what was too small for it', async () => {
  const stages = { hungry: { maxMemory: 192 * MIB } };
  await withNights(async (night, context) => {
    await expect(night(1, ROWS)).rejects.toThrow();
    const [record] = await newestSizeRecords(context.storage, 'hungry');
    expect(record).toMatchObject({ memoryBytes: null, peakBytes: null });
    const largest = Math.max(...(record?.tooSmall ?? []).map(({ memoryBytes }) => memoryBytes));
    expect(largest).toBe(192 * MIB);
  }, stages);
});

type Stages = ReturnType<typeof openJobsContext>['profile']['profile']['stages'];

/** Runs the hungry pipeline night after night on a server and workers of its own. */
async function withNights(
  use: (night: Night, context: ReturnType<typeof openJobsContext>) => Promise<void>,
  stages: Stages = {},
): Promise<void> {
  await withHome(async ({ folder }) => {
    const temporal = await startServer();
    const { address, namespace } = temporal;
    const native = await NativeConnection.connect({ address });
    const connection = await Connection.connect({ address });
    try {
      const bundle = `${folder}/bundle.js`;
      await buildWorkflowBundle(bundle, fileURLToPath(new URL('../fixtures/hungry/workflow.js', import.meta.url)));
      const opened = openJobsContext(await loadProject());
      const profile = { ...opened.profile, profile: { ...opened.profile.profile, stages } };
      const context = { ...opened, profile, pipelines: { hungry: HUNGRY } };
      const server = { connection: native, namespace };
      const orchestrator = await createOrchestrator(server, context, bundle);
      const jobs = await createJobsWorker(server, context);
      const client = new Client({ connection, namespace });
      const night: Night = async (seed, rows) =>
        (await client.workflow.execute('hungry', {
          args: [{ seed, rows }],
          workflowId: `night-${String(seed)}`,
          taskQueue: ORCHESTRATOR_QUEUE,
        })) as StageSummary;
      await orchestrator.runUntil(() => jobs.runUntil(() => use(night, context)));
    } finally {
      await connection.close();
      await native.close();
      await temporal.stop();
    }
  });
}
