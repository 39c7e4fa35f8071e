import type { SettingLever } from '../contracts/attempt.js';
import type { Region, Verdict } from '../contracts/verdict.js';
import { REMEDIES } from './remedies.js';

/** What can help a job that ran out of one kind of memory. */
export interface RegionHelp {
  /** The memory in words. */
  readonly name: string;
  /** Settings that can lower what this memory has to hold. A stage has some of them; its own order holds. */
  readonly levers: readonly SettingLever[];
  /** Whether a larger limit can help at all. */
  readonly memory: boolean;
  /** What a person can do when nothing of that is left. */
  readonly advice: string;
}

const MORE_MEMORY =
  'raise maxMemory of the stage or local.memoryBudget in tempered.json, or start again with fewer rows';

/**
 * What helps by region, as the planner reads it; remedies.ts says it in sentences for people. A heap grows with the job's limit, so
 * memory helps it; the length of an array, a number of threads and a graphics card do not. After the ladders of Pinterest, Presto
 * on Spark and Trino.
 */
const HELP: Readonly<Record<Region, RegionHelp>> = {
  'jvm-heap': grows('JVM heap', ['concurrency', 'partitions', 'batchRows', 'broadcast', 'collect']),
  'driver-heap': grows('driver heap', ['concurrency', 'partitions', 'batchRows', 'broadcast', 'collect']),
  container: grows('container memory', [
    'concurrency',
    'threads',
    'batchRows',
    'collect',
    'overheadShare',
    'histogramBins',
    'sampleShare',
  ]),
  'driver-result-limit': grows("the driver's result limit", ['collect', 'resultLimitMiB']),
  broadcast: grows('broadcast memory', ['broadcast']),
  'python-worker': grows('Python memory', [
    'batchRows',
    'concurrency',
    'threads',
    'collect',
    'overheadShare',
    'histogramBins',
    'sampleShare',
  ]),
  'object-store': grows('object store memory', ['concurrency', 'batchRows', 'sampleShare']),
  metaspace: grows('metaspace', ['overheadShare']),
  'direct-buffer': grows('direct buffer memory', ['overheadShare']),
  host: grows('host memory', ['concurrency', 'threads', 'batchRows', 'collect', 'histogramBins', 'sampleShare']),
  'node-heap': grows('Node heap', ['batchRows', 'concurrency']),
  threads: {
    name: 'the limit of threads',
    levers: ['threads', 'concurrency'],
    memory: false,
    advice: REMEDIES.threads,
  },
  gpu: {
    name: 'GPU memory',
    levers: ['batchRows', 'concurrency', 'histogramBins', 'sampleShare'],
    memory: false,
    advice: REMEDIES.gpu,
  },
  'array-limit': {
    name: 'the length limit of an array',
    levers: ['partitions', 'batchRows', 'collect'],
    memory: false,
    advice: REMEDIES['array-limit'],
  },
};

/** Spark's own limits of a table that is sent to every task: 8 GB and 512 M rows, whatever the memory. */
const TOO_LARGE_TO_BROADCAST: RegionHelp = {
  name: 'the size limit of a broadcast',
  levers: ['broadcast'],
  memory: false,
  advice: REMEDIES.broadcast,
};

/** @see Spark's QueryExecutionErrors: cannotBroadcastTableOverMaxTableBytesError and cannotBroadcastTableOverMaxTableRowsError */
const BROADCAST_LIMIT = /Cannot broadcast the table (?:that is larger than|over) /;

/** What can help after this verdict. One without a region is treated as its most common one, a killed container. */
export function helpFor({ region, evidence }: Verdict): RegionHelp {
  if (region === 'broadcast' && evidence.some(({ quote }) => BROADCAST_LIMIT.test(quote)))
    return TOO_LARGE_TO_BROADCAST;
  return HELP[region ?? 'container'];
}

function grows(name: string, levers: readonly SettingLever[]): RegionHelp {
  return { name, levers, memory: true, advice: MORE_MEMORY };
}
