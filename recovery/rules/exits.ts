import { exitText, type Facts } from '../facts.js';
import { ownMemory } from './regions.js';
import type { FieldRule } from './rule.js';

function signalIs(...names: readonly string[]): FieldRule['match'] {
  return (facts: Facts) => (facts.signal !== null && names.includes(facts.signal) ? exitText(facts) : null);
}

/** Spark's exit code for a full heap. In local mode, and on any platform for the driver itself, it is the driver's heap; a log of one executor is of that one. */
export const SPARK_EXIT: FieldRule = {
  id: 'spark-exit-52',
  kind: 'out-of-memory',
  certainty: 'definite',
  region: ({ facts }) => (facts.isExecutorsLog && !facts.isLocalSpark ? 'jvm-heap' : 'driver-heap'),
  source: 'SparkExitCode.OOM = 52, observed on Spark 4.1.3',
  match: ({ isSpark, code }) => (isSpark && code === 52 ? 'exit code 52 (JVM out of memory)' : null),
};

function yarnExit(...codes: readonly number[]): FieldRule['match'] {
  return (facts) =>
    facts.code !== null && codes.includes(facts.code) && (facts.isSpark || facts.engine === 'yarn')
      ? exitText(facts)
      : null;
}

const YARN = 'Hadoop ContainerExitStatus';

/** What YARN did to a container: its own codes, all below those of signals. */
export const YARN_EXIT_RULES: readonly FieldRule[] = [
  {
    id: 'yarn-code-memory',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'container',
    source: `${YARN}: KILLED_EXCEEDED_VMEM, KILLED_EXCEEDED_PMEM`,
    match: yarnExit(-103, -104),
  },
  {
    id: 'yarn-code-preempted',
    kind: 'preempted',
    certainty: 'definite',
    region: null,
    source: `${YARN}: PREEMPTED`,
    match: yarnExit(-102),
  },
  {
    id: 'yarn-code-lost',
    kind: 'lost',
    certainty: 'definite',
    region: null,
    source: `${YARN}: ABORTED, DISKS_FAILED`,
    match: yarnExit(-100, -101),
  },
  {
    id: 'yarn-code-ended',
    kind: 'cancelled',
    certainty: 'probable',
    region: null,
    source: `${YARN}: KILLED_BY_APPMASTER, KILLED_BY_RESOURCEMANAGER, KILLED_AFTER_APP_COMPLETION`,
    match: yarnExit(-105, -106, -107),
  },
];

/** What the exit says when nothing else says anything. */
export const SIGNAL_RULES: readonly FieldRule[] = [
  {
    id: 'spark-exit-53',
    kind: 'disk-full',
    certainty: 'probable',
    region: null,
    source: 'SparkExitCode.DISK_STORE_FAILED_TO_CREATE_DIR = 53',
    match: (facts) => (facts.isSpark && facts.code === 53 ? exitText(facts) : null),
  },
  {
    id: 'killed-by-somebody',
    kind: 'lost',
    certainty: 'probable',
    region: null,
    source: 'SIGKILL that the kernel did not send for memory: the counter stood still',
    match: (facts) =>
      facts.oomKills === 0 && facts.signal === 'SIGKILL' ? `${exitText(facts)} without a rise of oom_kill` : null,
  },
  {
    id: 'killed-unasked',
    kind: 'out-of-memory',
    certainty: 'probable',
    region: ownMemory,
    source: 'SIGKILL that nobody sent whom the platform knows of: the kernel is left, which kills for memory only',
    match: (facts) =>
      facts.isUnasked && facts.signal === 'SIGKILL' ? `${exitText(facts)}; nobody asked it to stop` : null,
  },
  {
    id: 'killed-uncounted',
    kind: 'unknown',
    certainty: 'ambiguous',
    region: null,
    source: 'SIGKILL, and nobody counted the kernel’s kills: memory is one reason among others',
    match: (facts) => (facts.signal === 'SIGKILL' ? `${exitText(facts)}, oom_kill unknown` : null),
  },
  {
    id: 'interrupted',
    kind: 'cancelled',
    certainty: 'probable',
    region: null,
    source: 'SIGINT: Ctrl-C',
    match: signalIs('SIGINT'),
  },
  {
    id: 'ended-by-somebody',
    kind: 'lost',
    certainty: 'probable',
    region: null,
    source: 'SIGTERM and SIGHUP are sent, never raised',
    match: signalIs('SIGTERM', 'SIGHUP'),
  },
  {
    id: 'crashed',
    kind: 'bug',
    certainty: 'ambiguous',
    region: null,
    source: 'a signal that the program raised itself; LightGBM ends so when memory is short, observed',
    match: signalIs('SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP'),
  },
];
