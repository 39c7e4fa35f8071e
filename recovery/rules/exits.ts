import type { Evidence } from '../../contracts/evidence.js';
import type { Rule } from './rule.js';

const wasKilled = ({ exit }: Evidence): boolean =>
  exit?.signal === 'SIGKILL' || exit?.code === 137 || exit?.code === -9;

const oomKills = ({ kernel }: Evidence): number => kernel?.oomKillDelta ?? 0;

/** Exit codes and signals, read together with the kernel's counter of processes that it killed for memory. */
export const EXIT_RULES: readonly Rule[] = [
  {
    id: 'kernel-oom-kill',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'container',
    source: 'cgroup oom_kill counter and SIGKILL together (Linux memory controller)',
    match: (evidence) =>
      wasKilled(evidence) && oomKills(evidence) > 0 ? `killed; oom_kill +${String(oomKills(evidence))}` : null,
  },
  {
    id: 'spark-exit-52',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'driver-heap',
    source: 'SparkExitCode.OOM = 52, observed on Spark 4.1.3; in local mode the driver is the only JVM',
    match: ({ engine, exit }) => (engine === 'spark' && exit?.code === 52 ? 'exit code 52 (JVM out of memory)' : null),
  },
  {
    id: 'kernel-oom-kill-of-child',
    kind: 'out-of-memory',
    certainty: 'probable',
    region: 'container',
    source: 'cgroup oom_kill counter; the parent of the killed process went on and failed for want of it',
    match: (evidence) =>
      oomKills(evidence) > 0 && evidence.exit?.code !== 0 ? `oom_kill +${String(oomKills(evidence))} in a child` : null,
  },
  {
    id: 'killed-by-somebody',
    kind: 'lost',
    certainty: 'probable',
    region: null,
    source: 'SIGKILL that the kernel did not send for memory: the counter stood still',
    match: (evidence) => (wasKilled(evidence) ? 'SIGKILL without a rise of oom_kill' : null),
  },
  {
    id: 'platform-lost-job',
    kind: 'lost',
    certainty: 'definite',
    region: null,
    source: 'the platform no longer knows the job',
    match: ({ reason }) => (/^(lost|supervisor-failed): /.test(reason ?? '') ? (reason ?? null) : null),
  },
  {
    id: 'launch-failed',
    kind: 'bug',
    certainty: 'definite',
    region: null,
    source: 'local platform: the program could not be started',
    match: ({ reason }) => (reason?.startsWith('launch-failed: ') ? reason : null),
  },
  {
    id: 'own-error',
    kind: 'bug',
    certainty: 'probable',
    region: null,
    source: 'job contract: _error.json names a class that no rule above knows',
    match: ({ errorClass, errorMessage }) => (errorClass ? `${errorClass}: ${errorMessage ?? ''}` : null),
  },
];
