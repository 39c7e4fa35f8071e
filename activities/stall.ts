import type { Progress } from '../contracts/job.js';
import type { Vitals } from '../platforms/platform.js';

/** How long a running job may show nothing before it counts as stalled. Time in a queue is no part of it. */
export interface StallDeadlines {
  /** Without progress and idle; a third of it once the kernel has killed one of its processes in that time. */
  readonly idleMs: number;
  /** Without progress, however busy. */
  readonly progressMs: number;
}

/** A running job at one moment. `atMs` comes from a clock that stands still while the machine sleeps. */
export interface Look {
  readonly atMs: number;
  readonly progress: Progress | null;
  readonly vitals: Vitals | null;
}

/** What is remembered of the time since the last progress. */
export interface QuietTime {
  /** The job's last word on how far it is. */
  readonly word: string;
  /** Kernel kills when the word before came: the last word may have been on its way already when the kernel killed. */
  readonly killsBefore: number;
  readonly first: Look;
  readonly last: Look;
  /** Looks far enough back for the idle deadline, thinned out. */
  readonly between: readonly Look[];
}

/**
 * Below this share of one core a job is idle. Measured on two cores: Ray 2.58 with two idle workers uses 4.4 %, Spark 4.1.3 without
 * a task 1.3 %, a Python job that waits under 1 %, each with the job library's own memory sampler.
 */
const IDLE_CORES = 0.1;

/** A job that moves more than this from and to disks works, however little it computes; what idle engines log stays below. */
const IDLE_DISK_BYTES_PER_SECOND = 100_000;

/** After a kill the rest of a job has little to wait for: the deadline is this many times shorter. */
const KILLED_HASTE = 3;

/** Looks that are kept for a deadline: it is exact to one part in so many, and memory does not grow with it. */
const KEPT_LOOKS = 64;

/** Takes a look at a running job: any new word on its progress begins a new quiet time. */
export function watchQuiet(before: QuietTime | null, look: Look, { idleMs }: StallDeadlines): QuietTime {
  const word = wordOf(look.progress);
  if (before?.word !== word) {
    const killsBefore = killsIn(before?.first ?? look);
    return { word, killsBefore, first: look, last: look, between: [look] };
  }
  const { between } = before;
  const isDue = look.atMs - (between.at(-1)?.atMs ?? 0) >= idleMs / KEPT_LOOKS;
  const kept = isDue ? [...between, look] : between;
  const oldest = kept.findLastIndex(({ atMs }) => atMs <= look.atMs - idleMs);
  return { ...before, last: look, between: oldest > 0 ? kept.slice(oldest) : kept };
}

/**
 * Says in what way a job has stalled, or null. What a platform cannot see never counts against a job.
 * @returns a reason in the form `stalled: <sentence>`
 */
export function findStall(quiet: QuietTime, { idleMs, progressMs }: StallDeadlines): string | null {
  const { first, last, between } = quiet;
  const kills = killsIn(last) - quiet.killsBefore;
  if (kills > 0) {
    const idle = idleOver(quiet, idleMs / KILLED_HASTE);
    const isAfterKill = idle !== undefined && killsIn(idle.since) === killsIn(last);
    const killed = `the kernel killed ${String(kills)} of its processes for memory`;
    if (isAfterKill) return `stalled: ${killed}, then no progress and ${percent(idle.cores)} CPU for ${idle.for}`;
  }
  const idle = idleOver(quiet, idleMs);
  if (idle) return `stalled: no progress and ${percent(idle.cores)} CPU for ${idle.for}`;
  if (last.atMs - first.atMs < progressMs) return null;
  const seen = between.find(({ vitals }) => vitals !== null) ?? last; // a platform may see nothing in a job's first seconds
  const cores = seen === last ? null : coresBetween(seen, last);
  const busy = cores === null ? '' : `, though it used ${percent(cores)} CPU`;
  return `stalled: no progress for ${seconds(last.atMs - first.atMs)}${busy}`;
}

/** The idle time that reaches back at least `overMs` from the last look; undefined when the job worked, or nobody can tell. */
function idleOver({ last, between }: QuietTime, overMs: number) {
  const since = between.findLast(({ atMs }) => atMs <= last.atMs - overMs);
  if (since === undefined) return undefined;
  const cores = coresBetween(since, last);
  const diskBytesPerSecond = perSecond(since, last, 'diskBytes') ?? 0;
  if (cores === null || cores >= IDLE_CORES || diskBytesPerSecond >= IDLE_DISK_BYTES_PER_SECOND) return undefined;
  return { since, cores, for: seconds(last.atMs - since.atMs) };
}

function killsIn({ vitals }: Look): number {
  return vitals?.oomKills ?? 0;
}

function coresBetween(from: Look, to: Look): number | null {
  return perSecond(from, to, 'cpuSeconds');
}

function perSecond(from: Look, to: Look, what: 'cpuSeconds' | 'diskBytes'): number | null {
  const before = from.vitals?.[what] ?? null;
  const after = to.vitals?.[what] ?? null;
  return before === null || after === null ? null : ((after - before) * 1000) / (to.atMs - from.atMs);
}

/** Memory and links do not count: they change while nothing is done. */
function wordOf(progress: Progress | null): string {
  return progress === null ? '' : JSON.stringify([progress.done, progress.total, progress.percent, progress.message]);
}

function percent(cores: number): string {
  return `${String(Math.round(cores * 100))} %`;
}

function seconds(ms: number): string {
  return `${String(Math.round(ms / 1000))} s`;
}
