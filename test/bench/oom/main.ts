import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { JobsContext } from '../../../activities/context.js';
import { PIPELINES } from '../../../contracts/pipelines/index.js';
import type { PolicyName } from '../../../contracts/policy.js';
import { ensureServer, stopServer } from '../../../scripts/embedded/server.js';
import { loadProject } from '../../../settings/project.js';
import { buildWorkflowBundle } from '../../../workers/bundle.js';
import { openJobsContext } from '../../../workers/context.js';
import { createJobsWorker, createOrchestrator, type Server } from '../../../workers/create.js';
import { withHome } from '../../harness/home.js';
import type { Fault } from './fault.js';
import { FAULTS } from './faults.js';
import { faultyPipelines } from './faulty-pipelines.js';
import { prepare } from './prepare.js';
import { goalLines, memoryHourLines, runLine } from './report.js';
import { type Bench, type FaultRun, runFault } from './run-fault.js';
import { atSpeedOf } from './same-speed.js';
import { gibHoursOf, score } from './score.js';

/**
 * `npm run bench:oom [-- --only PATTERN] [--first]`: puts faults into the real jobs of the real stages, lets recovery deal with them, lets
 * blind doubling deal with the same, and prints what came of it. Half an hour on two cores; `--first` leaves out the second night and the
 * comparison.
 */
const { values: options } = parseArgs({
  options: { only: { type: 'string', default: '' }, first: { type: 'boolean', default: false } },
});
const faults = FAULTS.filter(({ name }) => new RegExp(options.only).test(name));
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** How many faults run at a time: units wait more than they compute. Both policies have the same neighbours. */
const LANES = 5;

Runtime.install({ logger: new DefaultLogger('ERROR') });
process.exitCode = (await withHome(({ folder }) => benchmark(folder))) ? 0 : 1;

async function benchmark(home: string): Promise<boolean> {
  const { server } = await ensureServer();
  const connection = await Connection.connect({ address: server.address });
  const native = await NativeConnection.connect({ address: server.address });
  try {
    const bundle = join(home, 'bundle.js');
    await buildWorkflowBundle(bundle, fileURLToPath(new URL('./workflow.js', import.meta.url)));
    const client = new Client({ connection });
    const context = openJobsContext(await loadProject());
    const under = <T>(policy: PolicyName, use: () => Promise<T>): Promise<T> =>
      withWorkers(
        { server: { connection: native, namespace: 'default' }, bundle, context: withFaults(context, policy) },
        use,
      );

    say('a run without faults, for the inputs');
    const prepared = await under('ladder', () => prepare(client, context.storage));
    const bench: Bench = { client, ...prepared, stateDir: home, storageRoot: context.storage.root };
    const recoverable = faults.filter(({ kind }) => kind === 'memory');

    const first = await under('ladder', () => night(bench, faults, 'first'));
    const others = options.first
      ? null
      : {
          second: await under('ladder', () => night(bench, recoverable, 'second')),
          doubling: await under('blind-doubling', () => night(bench, recoverable, 'doubling')),
        };
    const doubling = others && atSpeedOf(first, others.doubling);
    const lines = goalLines(score(first, others?.second ?? null), doubling && gibHoursOf(doubling));
    const spent = doubling ? memoryHourLines(first, doubling) : [];
    say(`\n${[...lines.map(({ text }) => text), ...spent].join('\n')}`);
    return lines.every(({ reached }) => reached);
  } finally {
    await native.close();
    await connection.close();
    await stopServer();
  }
}

/** Our own pipelines and one for each fault, with each fault's cap. */
function withFaults(context: JobsContext, policy: PolicyName): JobsContext {
  const caps = Object.fromEntries(faults.map(({ name, capMib }) => [name, { maxMemory: capMib * 2 ** 20 }]));
  const { profile } = context.profile;
  return {
    ...context,
    pipelines: { ...PIPELINES, ...faultyPipelines(faults) },
    profile: {
      ...context.profile,
      profile: { ...profile, recovery: { policy }, stages: { ...profile.stages, ...caps } },
    },
  };
}

interface Workers {
  readonly server: Server;
  readonly bundle: string;
  readonly context: JobsContext;
}

async function withWorkers<T>({ server, bundle, context }: Workers, use: () => Promise<T>): Promise<T> {
  const orchestrator = await createOrchestrator(server, context, bundle);
  const jobs = await createJobsWorker(server, context);
  return orchestrator.runUntil(() => jobs.runUntil(use));
}

async function night(bench: Bench, some: readonly Fault[], name: string): Promise<readonly FaultRun[]> {
  say(`\n${name}`);
  const runs: FaultRun[] = [];
  const lane = async (waiting: Iterable<Fault>): Promise<void> => {
    for (const fault of waiting) {
      const run = await runFault(bench, fault, name);
      say(runLine(run));
      runs.push(run);
    }
  };
  await lane(some.filter(({ alone }) => alone));
  const shared = some.filter(({ alone }) => !alone).values();
  await Promise.all(Array.from({ length: LANES }, () => lane(shared)));
  return runs;
}
