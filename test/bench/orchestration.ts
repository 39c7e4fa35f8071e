import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { ORCHESTRATOR_QUEUE } from '../../contracts/task-queues.js';
import type { StageSummary } from '../../contracts/stage-record.js';
import { ensureServer, stopServer } from '../../scripts/embedded/server.js';
import { loadProject } from '../../settings/project.js';
import { buildWorkflowBundle } from '../../workers/bundle.js';
import { openJobsContext } from '../../workers/context.js';
import { createJobsWorker, createOrchestrator, type Server } from '../../workers/create.js';
import { withHome } from '../harness/home.js';
import { INSTANT } from './instant/pipeline.js';

const STAGES = 6;
const ROUNDS = 15;

/** What orchestration costs, in milliseconds: medians over rounds on one server. */
export interface OrchestrationCost {
  /** A stage's whole time less its job's own time. */
  readonly addedPerStageMs: number;
  /** A bare Temporal activity on the same server. */
  readonly bareActivityMs: number;
  /** A run whose six stages all come from the cache, from start to result. */
  readonly cachedRunMs: number;
}

/** Measures six instant jobs, six cached stages and six bare activities on an embedded server of its own. */
export async function measureOrchestration(): Promise<OrchestrationCost> {
  return withHome(async ({ folder }) => {
    const { server } = await ensureServer();
    try {
      const bundle = `${folder}/bundle.js`;
      await buildWorkflowBundle(bundle, fileURLToPath(new URL('./instant/workflow.js', import.meta.url)));
      const native = await NativeConnection.connect({ address: server.address });
      try {
        return await withWorkers({ connection: native, namespace: 'default' }, bundle, async () => {
          const connection = await Connection.connect({ address: server.address });
          try {
            return await measure(new Client({ connection }));
          } finally {
            await connection.close();
          }
        });
      } finally {
        await native.close();
      }
    } finally {
      await stopServer();
    }
  });
}

async function withWorkers<T>(server: Server, bundle: string, use: () => Promise<T>): Promise<T> {
  const context = { ...openJobsContext(await loadProject()), pipelines: { instant: INSTANT } };
  const orchestrator = await createOrchestrator(server, context, bundle);
  const jobs = await createJobsWorker(server, context);
  const bare = await Worker.create({
    ...server,
    taskQueue: 'tempered-bench',
    activities: { nothing: () => Promise.resolve() },
  });
  return orchestrator.runUntil(() => jobs.runUntil(() => bare.runUntil(use)));
}

async function measure(client: Client): Promise<OrchestrationCost> {
  const run = (type: string, args: readonly unknown[], workflowId: string) =>
    client.workflow.execute(type, { args: [...args], workflowId, taskQueue: ORCHESTRATOR_QUEUE });
  const added: number[] = [];
  const cached: number[] = [];
  const bare: number[] = [];
  await run('instant', [{ salt: 'warm' }], 'warm');
  for (let round = 0; round < ROUNDS; round += 1) {
    const salt = `round-${String(round)}`;
    const fresh = await timed(() => run('instant', [{ salt }], `fresh-${salt}`) as Promise<readonly StageSummary[]>);
    const ownMs = fresh.value.reduce((sum, { seconds }) => sum + seconds * 1000, 0);
    added.push((fresh.ms - ownMs) / STAGES);
    cached.push((await timed(() => run('instant', [{ salt }], `cached-${salt}`))).ms);
    bare.push((await timed(() => run('bare', [], `bare-${salt}`))).ms / STAGES);
  }
  return { addedPerStageMs: median(added), bareActivityMs: median(bare), cachedRunMs: median(cached) };
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const startMs = performance.now();
  const value = await work();
  return { value, ms: performance.now() - startMs };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
