import type { Engine } from '../../contracts/job.js';
import type { Resources, Settings } from '../../contracts/resources.js';
import { COLLECTOR, COMPILE_LIGHTLY, isSmall } from './java-options.js';
import { directMemoryMib, driverHeapMib, resultLimitMib, SMALLEST_HEAP_MIB } from './spark-heap.js';

const MIB = 2 ** 20;

/** How Spark is spread over workers of one size. */
export interface SparkCluster {
  /** A Python job runs beside a JVM that does nothing, and starts no executors. */
  readonly engine: Engine;
  /** One worker; the driver and each executor is one. */
  readonly worker: Resources;
  readonly settings: Settings;
  readonly executors: number;
  /** Archive with the Python code that executors import. */
  readonly codeUri: string;
  /** Archive of a Python environment; the platform's own where there is none. */
  readonly pythonArchive?: string | undefined;
  /** What the profile adds; it wins. */
  readonly sparkConf: Readonly<Record<string, string>>;
}

/**
 * A command that does nothing. Where none is set, YARN has an executor killed by a signal at its first full heap, which says nothing; left
 * alone, Spark ends it with the exit code that stands for a full heap.
 * @see YarnSparkHadoopUtil.addOutOfMemoryErrorArgument, SparkExitCode.OOM
 */
const LEFT_TO_SPARK = '-XX:OnOutOfMemoryError=true';

/** Name of the unpacked Python environment beside the job. */
const ENVIRONMENT = 'environment';

/** Path of the interpreter in an unpacked Python environment. */
export const ARCHIVE_PYTHON = `./${ENVIRONMENT}/bin/python`;

/**
 * Settings that start Spark with executors of their own, each of the driver's size. Heap and overhead together are the worker: services
 * add both up to find the worker's size, and what a JVM leaves of its memory is shared as on one machine (`spark-heap.ts`).
 */
export function sparkClusterConf(cluster: SparkCluster): Readonly<Record<string, string>> {
  const { engine, worker, settings, executors, codeUri, pythonArchive, sparkConf } = cluster;
  const heapMib = engine === 'spark' ? driverHeapMib(worker.memoryBytes, settings) : SMALLEST_HEAP_MIB;
  const restMib = Math.floor(worker.memoryBytes / MIB) - heapMib;
  const cores = String(Math.max(1, Math.floor(worker.cpus)));
  const javaOptions = [
    ...COLLECTOR,
    ...(isSmall(settings) ? [COMPILE_LIGHTLY] : []),
    `-XX:MaxDirectMemorySize=${String(directMemoryMib(worker.memoryBytes, heapMib))}m`,
  ].join(' ');
  return {
    ...both('cores', cores),
    ...both('memory', `${String(heapMib)}m`),
    ...both('memoryOverhead', `${String(restMib)}m`),
    'spark.driver.extraJavaOptions': javaOptions,
    'spark.executor.extraJavaOptions': `${javaOptions} ${LEFT_TO_SPARK}`,
    'spark.driver.maxResultSize': `${String(resultLimitMib(heapMib, settings))}m`,
    // A fixed number: it decides the price, and a job that grows by itself takes what another one was promised.
    'spark.dynamicAllocation.enabled': 'false',
    'spark.executor.instances': String(executors),
    'spark.submit.pyFiles': codeUri,
    ...(pythonArchive !== undefined && {
      'spark.archives': `${pythonArchive}#${ENVIRONMENT}`,
      'spark.executorEnv.PYSPARK_PYTHON': ARCHIVE_PYTHON,
    }),
    ...sparkConf,
  };
}

function both(name: string, value: string): Readonly<Record<string, string>> {
  return { [`spark.driver.${name}`]: value, [`spark.executor.${name}`]: value };
}
