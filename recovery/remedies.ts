import type { Region, VerdictKind } from '../contracts/verdict.js';

/** What helps when a memory ran out, cheapest first. One sentence a region, for people, in words that hold for any program. */
export const REMEDIES: Readonly<Record<Region, string>> = {
  'jvm-heap':
    'fewer threads or smaller pieces of work at a time, then a larger heap (-Xmx) that leaves room below the limit of the container',
  container:
    'fewer workers or tasks at a time, smaller chunks, then a larger container; a larger heap inside it makes it worse',
  'driver-heap': 'write results instead of collecting them, then a larger driver heap (spark.driver.memory)',
  'driver-result-limit':
    'collect less to the driver, or raise spark.driver.maxResultSize together with spark.driver.memory',
  broadcast: 'turn the broadcast off (spark.sql.autoBroadcastJoinThreshold=-1); above 8 GiB more memory never helps',
  'python-worker':
    'fewer worker processes, smaller chunks, narrower types (float32, fewer columns), then more memory for the process',
  'object-store':
    'drop references to objects that are no longer needed, then a larger or spilling object store; not the heap',
  gpu: 'a smaller batch, half precision or gradient accumulation, then a GPU with more memory; host memory does not help',
  metaspace: 'raise -XX:MaxMetaspaceSize or load fewer classes; a larger heap does not help',
  'direct-buffer': 'raise -XX:MaxDirectMemorySize or the memory outside the heap; a larger heap does not help',
  threads:
    'fewer threads, or a higher limit on processes (ulimit -u, pids.max); look at the limit before adding memory',
  'array-limit': 'split the data: more partitions, smaller rows or groups; more memory never helps',
  host: 'fewer jobs at a time on the machine, smaller chunks, then a machine with more memory',
  'node-heap': 'process in smaller pieces, then raise --max-old-space-size below the container limit',
};

/** The same where it is Spark that ran out: its own settings by name. */
const SPARK_REMEDIES: Readonly<Partial<Record<Region, string>>> = {
  'jvm-heap':
    'fewer tasks at a time in each executor (spark.task.cpus), then more and smaller partitions, then a larger executor heap (spark.executor.memory)',
  container:
    'fewer tasks at a time, then more memory outside the heap (spark.executor.memoryOverhead), then a larger container; a larger heap makes it worse',
  'direct-buffer':
    'raise spark.executor.memoryOverhead or spark.memory.offHeap.size, or -XX:MaxDirectMemorySize; a larger heap does not help',
};

/** What helps when this memory of a program ran out. */
export function remedyFor(region: Region, isSpark: boolean): string {
  return (isSpark ? SPARK_REMEDIES[region] : undefined) ?? REMEDIES[region];
}

/** What helps when it was not memory. */
export const ADVICE: Readonly<Record<Exclude<VerdictKind, 'out-of-memory'>, string>> = {
  preempted: 'the same size again, on another machine or not as spot',
  capacity: 'wait, choose another instance type or zone, ask for less, or raise the quota',
  throttled: 'wait and try again with fewer requests',
  'disk-full': 'free disk space or use a larger disk; more memory does not help',
  'invalid-input': 'correct the input or the setting that the text names',
  bug: 'correct the program; more memory does not help',
  cancelled: 'nothing: somebody ended it on purpose',
  timeout: 'a longer time limit or less work',
  lost: 'the same size again',
  unknown:
    'run it once more at the same size and watch its memory, or give exit code and kernel counter (--exit, --oom-kills)',
};
