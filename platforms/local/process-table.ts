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

/** Fields of /proc/<pid>/stat after the command's name, counted from the state; see proc_pid_stat(5). */
const STAT = { state: 0, parentPid: 1, groupId: 2, startTicks: 19, rssPages: 21 } as const;

function procRow(pid: number): ProcessRow | undefined {
  const stat = readProc(`${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name stands in parentheses and may hold any character, also a parenthesis: the fields begin after the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[STAT.state];
  if (state === 'Z' || state === 'X') return undefined;
  return {
    pid,
    parentPid: Number(fields[STAT.parentPid]),
    groupId: Number(fields[STAT.groupId]),
    startedAt: `${bootId()}.${fields[STAT.startTicks] ?? ''}`,
    rssBytes: Number(fields[STAT.rssPages]) * pageBytes(),
  };
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
