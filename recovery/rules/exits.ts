import { exitText, type Facts } from '../facts.js';
import type { FieldRule } from './rule.js';

function signalIs(...names: readonly string[]): FieldRule['match'] {
  return (facts: Facts) => (facts.signal !== null && names.includes(facts.signal) ? exitText(facts) : null);
}

/** Spark's exit code for a full heap. In local mode, and on any platform for the driver itself, it is the driver's heap. */
export const SPARK_EXIT: FieldRule = {
  id: 'spark-exit-52',
  kind: 'out-of-memory',
  certainty: 'definite',
  region: 'driver-heap',
  source: 'SparkExitCode.OOM = 52, observed on Spark 4.1.3',
  match: ({ isSpark, code }) => (isSpark && code === 52 ? 'exit code 52 (JVM out of memory)' : null),
};

/** What a signal says when nothing else says anything. */
export const SIGNAL_RULES: readonly FieldRule[] = [
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
