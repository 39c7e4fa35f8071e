import type { Lever } from '../attempt.js';

/** What every Spark job begins with: its launcher and its session read these settings. */
export const SPARK_SETTINGS = {
  concurrency: 0,
  partitions: 16,
  batchRows: 4096,
  overheadShare: 0.3,
  resultLimitMiB: 256,
} as const;

/** What every Spark job can change about itself, cheapest first. */
export const SPARK_LEVERS: readonly Lever[] = [
  'concurrency',
  'partitions',
  'batchRows',
  'overheadShare',
  'resultLimitMiB',
  'memory',
];
