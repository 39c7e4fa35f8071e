import { exitText, type Facts } from '../facts.js';
import type { LogRecord } from '../log/log-record.js';
import { isDataBefore } from '../match-saying.js';
import type { FieldRule } from './rule.js';

const MEMCG =
  /oom-kill:constraint=CONSTRAINT_MEMCG|Memory cgroup out of memory: Kill(?:ed)? process|Detected \d{1,9} oom[-_ ]kill event|killed by the cgroup out-of-memory handler|A process of this unit has been killed by the OOM killer|Failed with result 'oom-kill'|The kernel OOM killer killed|systemd-oomd killed|^Killed \/\S{1,300} due to memory (?:pressure|used)\b|\boomd attempting to kill \d|^oom_kill [1-9]\d{0,9}$|\bcontainer oom [\da-f]{6,64}\b/;
/** A platform's answer: how a container ended, and why. */
const ANSWERED =
  /"Action": ?"oom"|\bTaskOOM event\b|Exit Message: "OOM Killed"|[Ee]xited with status 137 \(out of memory\)|\b[Ee]xit_?[Cc]ode['"]?[=:] ?137\b.{0,400}?\b[Rr]eason['"]?[=:] ?['"]?(?:OOMKilled\b|OutOfMemoryError: Container killed\b)/;
const GLOBAL =
  /oom-kill:constraint=CONSTRAINT_(?:NONE|CPUSET)|^(?:\[[^\]]{1,30}\] )?Out of memory: Kill(?:ed)? process \d|System OOM encountered, victim process|earlyoom.{0,40}(?:sending|killing)|low memory! .{0,80}sending SIG|^(?:[Ss]ending|[Kk]illing) (?:SIG(?:TERM|KILL) to )?(?:the )?process \d.{0,160}(?:badness|oom_score)/;
/** Kernels before 5 told of the kill on a line of its own, below the one that says of which memory. */
const KILLED = /^Killed process \d{1,10}\b.{0,60}?\btotal-vm:\d/;
/** `kubectl get events` tells of every process of a node. */
const OF_A_NODE = /\bOOMKilling\s{1,12}node\//i;
/** Killers in user space ask first. */
const ASKED_TO_END = /SIGTERM to (?:the )?process \d/;

/** The state of the container as `docker inspect`, `kubectl describe` and Nomad print it. */
const CONTAINER_STATE =
  /"[Oo](?:OM|om)Killed": ?true\b|\b[Rr]eason["']?[:=] {0,12}["']?OOMKilled\b|\b\d{1,2}\/\d{1,2} {1,12}(?:Init:)?OOMKilled\b|Exit Message: "OOM Killed"/;

/** Kills for memory: counted by the kernel, or told by dmesg, systemd or Slurm in the log. */
export interface MemoryKills {
  readonly quote: string;
  readonly region: 'container' | 'host';
}

/** What is known of kills for memory; null when nothing is. A counter that stood still refutes a notice of the kernel's log. */
export function memoryKills(facts: Facts): MemoryKills | null {
  if (facts.oomKills !== null)
    return facts.oomKills > 0 ? { quote: `oom_kill +${String(facts.oomKills)}`, region: 'container' } : null;
  const told = [...facts.records, ...facts.reasonRecords].map(({ sayings }) => sayings[0]?.text ?? '');
  for (const text of [...told, facts.errorMessage].reverse()) {
    if (OF_A_NODE.test(text) && facts.signal !== 'SIGKILL') continue;
    if (ANSWERED.test(text) || stands(MEMCG, text)) return { quote: text, region: 'container' };
    if (stands(GLOBAL, text)) return { quote: text, region: 'host' };
  }
  const killed = told.findLast((text) => KILLED.test(text));
  return killed === undefined ? null : { quote: killed, region: 'host' };
}

/** A row of data may quote the kernel. */
function stands(notice: RegExp, text: string): boolean {
  const found = notice.exec(text);
  return found !== null && !isDataBefore(text.slice(0, found.index));
}

/** True for a line in which the kernel, systemd or Slurm tells of a kill: proof only together with how the job ended. */
export function isKernelNotice({ sayings }: LogRecord): boolean {
  const text = sayings[0]?.text ?? '';
  return ANSWERED.test(text) || MEMCG.test(text) || GLOBAL.test(text) || KILLED.test(text) || OF_A_NODE.test(text);
}

/** The process itself was killed, and the kernel says for what. */
export const KERNEL_KILL: FieldRule = {
  id: 'kernel-oom-kill',
  kind: 'out-of-memory',
  certainty: 'definite',
  region: ({ facts }) => memoryKills(facts)?.region ?? 'container',
  source: 'Linux memory controller: oom_kill of memory.events or memory.oom_control, together with SIGKILL',
  match: (facts) => {
    if (facts.signal === 'SIGTERM') return askedToEnd(facts);
    if (facts.signal !== 'SIGKILL') return null;
    const quote = memoryKills(facts)?.quote ?? containerState(facts);
    return quote === null ? null : `${exitText(facts)}; ${quote}`;
  },
};

/** A row of data may look the same, so it counts only when the container itself was killed. */
function containerState({ oomKills, records }: Facts): string | null {
  if (oomKills !== null) return null;
  return records.map(({ sayings }) => sayings[0]?.text ?? '').findLast((text) => CONTAINER_STATE.test(text)) ?? null;
}

/** A killer in user space sends SIGTERM first, and its victim may obey. */
function askedToEnd(facts: Facts): string | null {
  const quote = memoryKills(facts)?.quote ?? '';
  return ASKED_TO_END.test(quote) ? `${exitText(facts)}; ${quote}` : null;
}

/** A child was killed, and the parent failed for want of it. */
export const KERNEL_KILL_OF_CHILD: FieldRule = {
  ...KERNEL_KILL,
  id: 'kernel-oom-kill-of-child',
  certainty: 'probable',
  match: (facts) => {
    const kills = memoryKills(facts);
    return kills === null ? null : `${kills.quote}, of a child; ${exitText(facts)}`;
  },
};
