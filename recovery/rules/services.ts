import type { TextRule } from './rule.js';

/** SageMaker, EMR, Databricks, Dataproc, Lambda and Slurm on memory. */
export const SERVICE_RULES: readonly TextRule[] = [
  {
    id: 'sagemaker-larger-instance',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'host',
    in: 'message',
    pattern:
      /Please use an instance type with more memory|(?:Out of Memory|OutOfMemory)\. Please use a larger instance/i,
    source: 'SageMaker: FailureReason, as production code matches it',
  },
  {
    id: 'sagemaker-killed',
    kind: 'out-of-memory',
    certainty: 'probable',
    region: 'host',
    in: 'message',
    toldKill: true,
    pattern: /OutOfMemory: Process killed by SIGKILL/,
    source: 'SageMaker training toolkit: ExtraInfo of every exit 137',
  },
  {
    id: 'dataproc-memory-pressure',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'host',
    in: 'message',
    pattern:
      /(?:process|job|driver|container)\b[^\n]{0,120} (?:is |was )?(?:killed|terminated) (?:due to|because of|by) (?:high )?memory pressure|ProcessKilledDueToMemoryPressure/i,
    source: 'Dataproc: memory protection, google.dataproc.oom-killer',
  },
  {
    id: 'databricks-driver-memory',
    kind: 'out-of-memory',
    certainty: 'probable',
    region: 'driver-heap',
    in: 'message',
    pattern:
      /driver (?:node )?(?:is |was |ran |has run )?(?:stopped|killed|crashed|failed|unresponsive)?[^\n]{0,80}(?:due to|because of|ran|run) (?:an? )?(?:out of memory|OOM|insufficient memory)|\bdriver\b[^.\n]{0,60}\b(?:is|ran|went) out of memory\b|DRIVER_OUT_OF_MEMORY|DRIVER_OOM|SPARK_DRIVER_OOM/i,
    source: 'Databricks: termination codes and job messages',
  },
  {
    id: 'databricks-function-memory',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'python-worker',
    in: 'message',
    pattern: /\bUDF_(?:PYSPARK_)?(?:USER_CODE_)?ERROR\.(?:OOM|(?:INTERNAL_)?MEMORY_LIMIT\w*)\b/,
    source: 'Databricks: error conditions of user-defined functions',
  },
  {
    id: 'temporal-heartbeat',
    kind: 'lost',
    certainty: 'ambiguous',
    region: null,
    in: 'class',
    pattern: /^(?:[\w.]{0,80}\.)?(?:TimeoutFailure|TimeoutError)\b.{0,120}heartbeat/is,
    source: 'Temporal: TIMEOUT_TYPE_HEARTBEAT; the worker is gone, nobody says of what',
  },
  {
    id: 'lambda-memory',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'container',
    in: 'message',
    pattern: /Runtime exited with error: signal: killed Runtime\.ExitError|Runtime\.OutOfMemory/,
    source: 'AWS Lambda: errorType',
  },
  {
    id: 'slurm-state',
    kind: 'out-of-memory',
    certainty: 'definite',
    // Ray names the same error with the same word.
    region: ({ facts }) => (facts.engine === 'ray' ? 'host' : 'container'),
    in: 'message',
    pattern:
      /\bOUT_OF_ME(?:MORY|\+)|task [\d-]+: Out Of Memory|Exceeded (?:job|step) memory limit|exceeded memory limit \(\d+|(?:Job|StepId=|Step) ?[\d.]+ exceeded (?:virtual )?memory limit|memory limit .{0,40}being killed/,
    source: 'Slurm: job states, slurmstepd, jobacct_gather',
  },
  {
    id: 'model-server-memory',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'host',
    in: 'message',
    pattern: /\bSystem out of memory\b/,
    source: 'multi-model-server and TorchServe: model_service_worker.py, code 507 for a MemoryError of the handler',
  },
  {
    id: 'query-memory-limit',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'host',
    in: 'message',
    pattern:
      /Query exceeded (?:per-node |distributed |local )?(?:total |user )?memory limit|EXCEEDED_(?:LOCAL|GLOBAL|NODE)_MEMORY_LIMIT/,
    source: 'Trino and Presto: ExceededMemoryLimitException',
  },
  {
    id: 'condor-memory',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'container',
    in: 'message',
    pattern:
      /TERM_MEMLIMIT|job killed after reaching (?:LSF )?memory (?:usage )?limit|(?:=>> )?PBS: job killed: (?:[\w.]{0,20}\.)?[pv]{0,2}mem\b.{0,60}exceeded limit|Job has gone over memory limit|memory usage exceeded .{0,40}request_memory/i,
    source: 'LSF, PBS, HTCondor',
  },
];
