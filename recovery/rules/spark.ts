import { javaHeap, taskHeap } from './regions.js';
import type { TextRule } from './rule.js';

/** Apache Spark's own texts, in any cluster manager. */
export const SPARK_RULES: readonly TextRule[] = [
  {
    id: 'spark-spill-disk-full',
    kind: 'disk-full',
    certainty: 'definite',
    region: null,
    in: 'class',
    pattern: /^[\w.]{0,80}(?:SparkOutOfMemoryError|SparkException|OutOfMemoryError).{0,600}No space left on device/s,
    source: 'Spark: SPILL_OUT_OF_MEMORY wraps the IOException of the spill, observed',
  },
  {
    id: 'spark-task-killed',
    kind: 'lost',
    certainty: 'probable',
    region: null,
    in: 'class',
    pattern:
      /^[\w.]{0,80}(?:TaskKilledException|SparkOutOfMemoryError: .{0,200}(?:InterruptedByTimeout|ClosedByInterrupt|task (?:was )?killed))/,
    source: 'Spark: SPARK-48642, a spill that was interrupted because its task was killed',
  },
  {
    id: 'spark-broadcast-too-large',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'broadcast',
    in: 'message',
    pattern:
      /Cannot broadcast the table (?:that is|over) (?:larger than )?|_LEGACY_ERROR_TEMP_22(?:48|49)|broadcast the table to all worker nodes|BROADCAST_JOIN_OOM|build the broadcast relation|broadcasted table (?:far )?exceeds estimates|build (?:the )?hash (?:relation|map)/,
    source:
      'Spark: QueryExecutionErrors.cannotBroadcastTableOverMaxTableBytesError, notEnoughMemoryToBuildAndBroadcastTableError',
  },
  {
    id: 'spark-result-limit',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'driver-result-limit',
    in: 'message',
    pattern:
      /Total size of serialized results of \d+ tasks .{0,80}is bigger than|bigger than (?:local result size limit|spark\.driver\.maxResultSize)/,
    source: 'Spark: TaskSetManager.canFetchMoreResults',
  },
  {
    id: 'spark-acquire-memory',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: taskHeap,
    in: 'message',
    pattern: /\[?UNABLE_TO_ACQUIRE_MEMORY\b|Unable to acquire \d+ bytes of memory|Can't acquire \d+ bytes/,
    source: 'Spark: MemoryConsumer.throwOom',
  },
  {
    id: 'spark-executor-exit-52',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: javaHeap,
    in: 'message',
    pattern:
      /(?:exit(?:ed)?(?:Code|Status)?|finished|fail(?:ed|ure))\b[^.\n]{0,50}\b(?:(?:exit|exitcode|status|code|exitStatus)\W{0,4}){0,2}\b52\b(?!\s*(?:MB|GB|KB|bytes|tasks|rows|s\b|ms|%|[.,]\d))|52\(JVM OOM\)/i,
    source: 'Spark: SparkExitCode.OOM = 52, ExecutorExitCode.explainExitCode',
  },
  {
    id: 'spark-row-too-large',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'array-limit',
    in: 'class',
    pattern: /^[\w.]{0,80}Exception: (?:\[\w{1,80}\] )?Cannot grow BufferHolder by size/,
    source: 'Spark: BufferHolder.grow; a row longer than the largest array',
  },
  {
    id: 'spark-memory-setting',
    kind: 'invalid-input',
    certainty: 'definite',
    region: null,
    in: 'class',
    pattern:
      /^[\w.]{0,80}(?:IllegalArgumentException: (?:\[INVALID_(?:DRIVER|EXECUTOR)_MEMORY\] )?(?:System|Executor) memory \d+\w{0,2} must be at least|NumberFormatException: Size must be specified as bytes)/,
    source: 'Spark: UnifiedMemoryManager.getMaxMemory, JavaUtils.byteStringAs; a setting that no attempt can run with',
  },
  {
    id: 'spark-heartbeat',
    kind: 'lost',
    certainty: 'ambiguous',
    region: null,
    in: 'message',
    pattern:
      /Executor heartbeat timed out|Executor lost for unknown reasons|Remote RPC client disassociated|(?:worker|Slave) lost\b|Worker shutting down|HEARTBEAT_FAILURE/i,
    source: 'Spark: HeartbeatReceiver, CoarseGrainedSchedulerBackend; a long collection of garbage or a lost node',
  },
];
