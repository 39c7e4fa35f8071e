import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { JsonObject } from '../../../contracts/json.js';
import { ORCHESTRATOR_QUEUE } from '../../../contracts/task-queues.js';
import { JobFolder } from '../../../platforms/local/job-folder.js';
import { listProcesses } from '../../../platforms/local/process-table.js';
import { eventually } from '../../harness/eventually.js';
import { type MeasuredAttempt, readAttempts } from './attempts.js';
import type { Fault, FaultyStage } from './fault.js';
import { isSameResult } from './same-result.js';

/** What a fault's run came to. */
export interface FaultRun {
  readonly fault: Fault;
  readonly ending: string;
  /** Whether it came to what a run without faults comes to; null where it came to nothing. */
  readonly sameResult: boolean | null;
  readonly attempts: readonly MeasuredAttempt[];
}

/** Where faults run. */
export interface Bench {
  readonly client: Client;
  readonly stateDir: string;
  readonly storageRoot: string;
  /** Inputs and parameters of each stage, made by a run without faults. */
  readonly calls: Readonly<Record<FaultyStage, Readonly<Record<string, unknown>>>>;
  /** What each of these calls answers without faults. */
  readonly expected: Readonly<Record<FaultyStage, JsonObject>>;
}

/** A job may wait for a whole escalation before this; a run that takes longer hangs. */
const LONGEST_MS = 20 * 60_000;

/** A job may wait for the one before it. */
const PATIENCE = { withinMs: 120_000, everyMs: 50 };

/** Runs the stage of a fault to its end, whatever it is. */
export async function runFault(bench: Bench, fault: Fault, night: string): Promise<FaultRun> {
  const { client, stateDir, storageRoot } = bench;
  const { stage } = fault;
  const workflowId = `${night}-${fault.name}`;
  const call = { ...bench.calls[stage], salt: night };
  const handle = await client.workflow.start('faulty', {
    args: [{ pipeline: fault.name, stage: fault.name, call }],
    workflowId,
    taskQueue: ORCHESTRATOR_QUEUE,
    workflowExecutionTimeout: LONGEST_MS,
  });
  const result = handle.result().then(
    (output: JsonObject) => ({ ending: 'done', sameResult: isSameResult(stage, output, bench.expected[stage]) }),
    (error: unknown) => ({ ending: endingOf(error), sameResult: null }),
  );
  if (fault.act !== undefined) await act(bench, fault.act, workflowId);
  const ended = await result;
  const family = await familyOf(storageRoot, workflowId);
  const attempts = family === null ? [] : await readAttempts({ stateDir, storageRoot, family });
  return { fault, ...ended, attempts };
}

function endingOf(error: unknown): string {
  const cause = error instanceof WorkflowFailedError ? error.cause : error;
  if (cause instanceof CancelledFailure) return 'CANCELLED';
  return cause instanceof ApplicationFailure ? (cause.type ?? 'unknown') : String(cause);
}

/** Job key of a run's only stage without the attempt's number; null when no job was ever written. */
async function familyOf(storageRoot: string, workflowId: string): Promise<string | null> {
  const folder = join(fileURLToPath(storageRoot), '_work', workflowId);
  const jobs = await readdir(folder).catch(() => []);
  const [first] = jobs.filter((name) => /-a\d+$/.test(name));
  return first === undefined ? null : `${workflowId}/${first.replace(/-a\d+$/, '')}`;
}

/** Does to the first attempt, once it works on its first unit, what the fault asks for. */
async function act(bench: Bench, what: NonNullable<Fault['act']>, workflowId: string): Promise<void> {
  const family = await eventually(async () => (await familyOf(bench.storageRoot, workflowId)) ?? false, PATIENCE);
  const key = `${family}-a1`;
  const units = join(fileURLToPath(bench.storageRoot), '_work', key, 'units.log');
  await eventually(async () => (await readFile(units, 'utf8').catch(() => '')).includes('begin '), PATIENCE);
  const supervisor = JobFolder.of(bench.stateDir, key).findOwner();
  if (supervisor === undefined) throw new Error(`nobody owns ${key}`);
  switch (what) {
    case 'cancel':
      await bench.client.workflow.getHandle(workflowId).cancel();
      return;
    case 'kill-supervisor':
      process.kill(supervisor.pid, 'SIGKILL');
      return;
    case 'terminate-job':
      for (const { pid, parentPid } of listProcesses()) if (parentPid === supervisor.pid) process.kill(pid, 'SIGTERM');
  }
}
