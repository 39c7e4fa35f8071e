import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** One process of this machine. */
export interface ProcessRow {
  readonly pid: number;
  readonly parentPid: number;
  readonly groupId: number;
  /** When it started, in the system's own notation. With the pid it names a process for ever, since pids are used again. */
  readonly startedAt: string;
  /** Resident memory, pages shared with other processes counted in full. */
  readonly rssBytes: number;
}

const HAS_PROC = process.platform === 'linux';

/** Every process that has not ended; a zombie has. */
export function listProcesses(): readonly ProcessRow[] {
  if (!HAS_PROC) return psRows(['-ax']);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => procRow(Number(pid)) ?? []);
}

/** One process, or undefined when it has ended. */
export function findProcess(pid: number): ProcessRow | undefined {
  return HAS_PROC ? procRow(pid) : psRows(['-p', String(pid)])[0];
}

/** What a process was started with; empty where it may not be read (another user's, or no /proc). */
export function environmentOf(pid: number): string {
  return HAS_PROC ? (readProc(`${pid}/environ`) ?? '') : '';
}

/**
 * Resident memory with shared pages divided among those who share them, or undefined where the kernel does not say. Slow (the
 * kernel walks the page tables), but true for forked workers, whose RSS counts their parent's pages again.
 */
export function proportionalBytes(pid: number): number | undefined {
  const kib = /^Pss:\s+(\d+) kB$/m.exec((HAS_PROC && readProc(`${pid}/smaps_rollup`)) || '')?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

/** What one process has done so far, with all its threads and with its children that have ended and were waited for. */
export interface ProcessWork {
  /** As in {@link ProcessRow}. */
  readonly startedAt: string;
  readonly cpuSeconds: number;
  /** Read from and written to disks and network file systems, caches not counted; null where it may not be read. See proc_pid_io(5). */
  readonly diskBytes: number | null;
}

/** The work of a process, also of one that has ended and was not waited for; undefined when it is gone or there is no /proc. */
export function findWork(pid: number): ProcessWork | undefined {
  const fields = HAS_PROC ? statFields(pid) : undefined;
  if (fields === undefined) return undefined;
  const ticks = STAT.cpuTicks.reduce((sum, index) => sum + Number(fields[index]), 0);
  const [, read, written] = DISK_BYTES.exec(readProc(`${pid}/io`) ?? '') ?? [];
  return {
    startedAt: startOf(fields),
    cpuSeconds: ticks / TICKS_PER_SECOND,
    diskBytes: read === undefined ? null : Number(read) + Number(written),
  };
}

const DISK_BYTES = /^read_bytes: (\d+)\nwrite_bytes: (\d+)$/m;

/** Unit of the times in /proc: USER_HZ, which is 100 on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/**
 * Fields of /proc/<pid>/stat after the command's name, counted from the state; see proc_pid_stat(5). The CPU's are utime, stime,
 * cutime and cstime.
 */
const STAT = {
  state: 0,
  parentPid: 1,
  groupId: 2,
  cpuTicks: [11, 12, 13, 14],
  startTicks: 19,
  rssPages: 21,
} as const;

function procRow(pid: number): ProcessRow | undefined {
  const fields = statFields(pid);
  if (fields === undefined) return undefined;
  const state = fields[STAT.state];
  if (state === 'Z' || state === 'X') return undefined;
  return {
    pid,
    parentPid: Number(fields[STAT.parentPid]),
    groupId: Number(fields[STAT.groupId]),
    startedAt: startOf(fields),
    rssBytes: Number(fields[STAT.rssPages]) * pageBytes(),
  };
}

/** The name stands in parentheses and may hold any character, also a parenthesis: the fields begin after the last one. */
function statFields(pid: number): readonly string[] | undefined {
  const stat = readProc(`${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function startOf(fields: readonly string[]): string {
  return `${bootId()}.${fields[STAT.startTicks] ?? ''}`;
}

/** macOS and the BSDs: `lstart` is five words, as `Fri Nov 20 08:15:30 2026`. */
function psRows(which: readonly string[]): readonly ProcessRow[] {
  const columns = 'pid=,ppid=,pgid=,rss=,stat=,lstart=';
  let text: string;
  try {
    text = execFileSync('ps', [...which, '-o', columns], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return []; // ps ends with 1 when no process matches
  }
  return text.split('\n').flatMap((line) => {
    const [pid, parentPid, groupId, rssKib, state, ...started] = line.trim().split(/\s+/);
    if (pid === undefined || pid === '' || state?.startsWith('Z') === true) return [];
    return {
      pid: Number(pid),
      parentPid: Number(parentPid),
      groupId: Number(groupId),
      startedAt: started.join(' '),
      rssBytes: Number(rssKib) * 1024,
    };
  });
}

/** A process may end between listing and reading: then there is nothing to read. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return undefined;
  }
}

let knownBootId: string | undefined;

/** Start times count from the boot, so they repeat after one; eight digits of the boot's id tell boots apart. */
function bootId(): string {
  knownBootId ??= readProc('sys/kernel/random/boot_id')?.slice(0, 8) ?? '';
  return knownBootId;
}

let knownPageBytes: number | undefined;

/** 4096 on x86-64, up to 65536 on arm64. */
function pageBytes(): number {
  knownPageBytes ??=
    process.arch === 'x64' ? 4096 : Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' }));
  return knownPageBytes;
}
