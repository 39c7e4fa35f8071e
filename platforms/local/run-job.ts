import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { formatBytes } from '../../contracts/bytes.js';
import { messageOf } from '../../contracts/system-error.js';
import type { Vitals } from '../platform.js';
import type { Enclosure } from './enclosure.js';
import { askToEnd, killAll } from './end-processes.js';
import { localReason } from './local-reason.js';
import { identify } from './process-identity.js';
import type { EndedState } from './state-file.js';
import type { StopRequest } from './stop-request.js';
import type { SupervisorPlan } from './supervisor-plan.js';
import { WorkMeter } from './work-meter.js';

/** How often memory is read. What rises and falls in less leaves the kernel's own highest mark. */
const SAMPLE_EVERY_MS = 100;

/** How often signs of life are told. It costs under 5 ms for thirty processes on a busy machine; hangs are measured in tens of seconds. */
const VITALS_EVERY_MS = 1000;

/** What a job runs in. */
export interface Surroundings {
  readonly enclosure: Enclosure;
  readonly logPath: string;
  readonly stop: StopRequest;
  /** Called when the job's process exists. */
  readonly onStarted: () => void;
  /** Called every second while the job runs. */
  readonly onVitals: (vitals: Vitals) => void;
}

/** Runs the job inside its enclosure until its first process ends (or, when it is stopped, all do), and measures it. */
export async function runJob(plan: SupervisorPlan, surroundings: Surroundings): Promise<EndedState> {
  const { enclosure, stop } = surroundings;
  const startedMs = performance.now();
  const job = start(plan, surroundings);
  const exited = exitOf(job);
  const root = job.pid === undefined ? undefined : identify(job.pid);
  if (root) enclosure.adopt(root);
  surroundings.onStarted();

  const watch = watchMemory(plan, enclosure);
  const meter = new WorkMeter();
  const telling = setInterval(() => {
    surroundings.onVitals({ oomKills: enclosure.oomKills(), ...meter.read(enclosure.members()) });
  }, VITALS_EVERY_MS);
  let isOver = false;
  const stopped = stop.asked.then(async () => {
    if (!isOver) await askToEnd(enclosure, plan.stopGraceMs, () => isOver);
    if (!isOver) await killAll(enclosure);
  });
  const exit = await exited;
  const seconds = (performance.now() - startedMs) / 1000;
  isOver = true;
  clearInterval(telling);
  const reason = watch.end();
  const stopRequested = stop.reason;
  if (stopRequested !== null) await stopped;

  const oomKillDelta = enclosure.oomKills();
  return {
    phase: 'ended',
    exit: 'failure' in exit ? null : exit,
    reason: 'failure' in exit ? localReason('launch-failed', exit.failure) : reason,
    oomKillDelta,
    // The kernel killed at the limit, so the limit was reached, whatever the samples saw before.
    peakBytes:
      oomKillDelta !== null && oomKillDelta > 0 && enclosure.hasReachedLimit()
        ? plan.memoryBytes
        : enclosure.peakBytes(),
    seconds,
    stopRequested,
  };
}

function start(plan: SupervisorPlan, { enclosure, logPath }: Surroundings): ChildProcess {
  const [program = '', ...args] = enclosure.command(plan.argv);
  const log = openSync(logPath, 'a');
  try {
    // A session of its own: a signal to the supervisor's group does not reach the job, and the group marks its members.
    return spawn(program, args, {
      cwd: plan.temporary.directory,
      env: { ...plan.env },
      stdio: ['ignore', log, log],
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}

type Exit = { readonly code: number; readonly signal: NodeJS.Signals | null } | { readonly failure: string };

async function exitOf(job: ChildProcess): Promise<Exit> {
  try {
    const [code, signal] = (await once(job, 'exit')) as [number | null, NodeJS.Signals | null];
    return { code: signal === null ? (code ?? 0) : 128 + constants.signals[signal], signal };
  } catch (error) {
    return { failure: messageOf(error) };
  }
}

/** Samples memory until `end`, and kills a job that holds too much where the kernel does not. */
function watchMemory(plan: SupervisorPlan, enclosure: Enclosure) {
  let reason: string | null = null;
  const sample = () => {
    const usedBytes = enclosure.usedBytes();
    if (reason !== null || !enclosure.mustBeKilled()) return;
    const seen = `the job's processes hold ${formatBytes(usedBytes)}, its limit is ${formatBytes(plan.memoryBytes)}`;
    reason = localReason('memory-limit', `${seen}; all of them were killed`);
    void killAll(enclosure);
  };
  const timer = setInterval(sample, SAMPLE_EVERY_MS);
  sample();
  return {
    end: () => {
      clearInterval(timer);
      return reason;
    },
  };
}
