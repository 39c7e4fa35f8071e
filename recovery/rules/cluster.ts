import type { TextRule } from './rule.js';

/** A process that got SIGKILL, as its exit code is told. */
const SIGKILL_TOLD = /(?:exit(?:ed)?|error)(?: with)?(?: ?status| ?code)?(?: is)?[ :]{0,3}137\b(?!\.\d)/i;

/** Kills for a container's limit, as YARN, Kubernetes, ECS and Docker word them. */
export const CLUSTER_RULES: readonly TextRule[] = [
  {
    id: 'yarn-memory-limit',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'container',
    in: 'message',
    pattern:
      /Container killed by (?:YARN|the ApplicationMaster)? ?for exceeding (?:physical |virtual )?memory limits|(?:Container \[[^\]\n]{1,200}\] )?(?:is )?running (?:\d+B )?beyond (?:the '?)?(?:physical|virtual|PHYSICAL|VIRTUAL)'? memory limits?|KILLED_EXCEEDED_[PV]MEM|Container killed (?:by|due to) .{0,40}memory limit/,
    source: 'Spark YarnAllocator.memLimitExceededLogMessage; Hadoop ContainersMonitorImpl',
  },
  {
    id: 'yarn-exit-104',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'container',
    in: 'message',
    pattern: /\bexit(?:ed)?(?: with)?(?: ?status| ?code)? ?[:=]? ?-10[34]\b/i,
    source: 'Hadoop ContainerExitStatus: KILLED_EXCEEDED_VMEM -103, KILLED_EXCEEDED_PMEM -104',
  },
  {
    id: 'kubernetes-oom-killed',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'container',
    in: 'message',
    pattern:
      /\bOOM[-_ ]?Killed\b(?!["']?\s{0,2}[:=]\s{0,2}["']?false)(?=["')\]]?\s{0,4}(?:$|[\n,.;:=)\]}]|\((?:container|exit|memory)))|(?:was|were|been|init was) OOM[- ]?killed\b|container was OOM|OOMKilling\b/i,
    source: 'Kubernetes: ContainerStateTerminated.reason; Docker: State.OOMKilled',
  },
  {
    id: 'ecs-memory-usage',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'container',
    in: 'message',
    pattern:
      /Container killed due to memory usage|Task ran out of memory\.|Memory limit of \d+ ?MiB exceeded with|Container .{0,60}(?:exceeded|over) (?:its |the )?memory limit/i,
    source: 'AWS Batch and ECS: stoppedReason; Google Cloud Run; Metaflow of either',
  },
  {
    id: 'worker-memory-size',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'container',
    in: 'statement', // the service goes on with its advice
    pattern: /\b[Ww]orker has been killed as (?:its )?memory usage exceeded (?:the )?configured memory size/,
    source:
      'EMR Serverless 7: stateDetails of a job run whose driver was killed, github.com/softeerbootcamp-8th/DE_team1-TheOne issue 1021',
  },
  {
    id: 'container-killed-unasked',
    kind: 'out-of-memory',
    certainty: 'probable',
    region: 'container',
    in: 'message',
    // One that was killed itself is judged by its own exit, after all that its log says.
    when: ({ isUnasked, signal }) => isUnasked && signal !== 'SIGKILL',
    toldKill: true,
    pattern: SIGKILL_TOLD,
    source:
      'YARN and EMR Serverless tell of a container only that it got SIGKILL; their platform accounts for all that it ends itself',
  },
  {
    id: 'runtime-signal-killed',
    kind: 'unknown',
    certainty: 'ambiguous',
    region: null,
    in: 'message',
    pattern: SIGKILL_TOLD,
    source: 'SIGKILL that somebody tells of: memory is one reason among others',
  },
];
