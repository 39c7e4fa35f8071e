import { join } from 'node:path';
import type { Settings } from '../../contracts/resources.js';
import type { Launch, LaunchSpec } from './launch.js';
import { directMemoryMib, driverHeapMib, resultLimitMib } from './spark-heap.js';

/**
 * Starts a Spark job in local mode by spark-submit: its JVM is the parent of the Python program and the only JVM, so the
 * memory limit holds all of it, and a heap that runs full ends the whole job with exit code 52.
 *
 * Here stands what must be known before the JVM starts; what decides a job's result is set by the job itself
 * (`jobs/spark/session.py`). The setting `smallJob` trades throughput for a quick start, `overheadShare` heap for what lies
 * beside it, and `resultLimitMiB` says what a query may gather.
 */
export function launchSpark(spec: LaunchSpec): Launch {
  const { entryPath, jobUri, resources, settings, venv, scratchDir } = spec;
  const heapMib = driverHeapMib(resources.memoryBytes, settings);
  const conf = {
    'spark.driver.host': '127.0.0.1',
    'spark.driver.maxResultSize': `${String(resultLimitMib(heapMib, settings))}m`,
    'spark.log.level': 'WARN',
    'spark.ui.enabled': 'true',
    'spark.ui.port': '0', // a free one; the job tells it as its tracking URL
  };
  const python = join(venv, 'bin', 'python');
  return {
    argv: [
      join(venv, 'bin', 'spark-submit'),
      ...['--master', `local[${String(Math.max(1, Math.floor(resources.cpus)))}]`],
      ...['--driver-memory', `${String(heapMib)}m`],
      ...['--driver-java-options', javaOptions(spec).map(quoted).join(' ')],
      ...Object.entries(conf).flatMap(([name, value]) => ['--conf', `${name}=${value}`]),
      entryPath,
      jobUri,
    ],
    env: {
      SPARK_LOCAL_IP: '127.0.0.1', // nothing listens on the network, the UI included
      SPARK_LOCAL_DIRS: scratchDir,
      SPARK_LAUNCHER_OPTS: QUICK_START.join(' '), // a JVM that only works out the command line of the next one
      PYSPARK_PYTHON: python,
      PYSPARK_DRIVER_PYTHON: python,
    },
  };
}

/** Compile once and lightly: half the CPU time of a start, at a third of the speed later. */
const COMPILE_LIGHTLY = '-XX:TieredStopAtLevel=1';

/** The lightest collector, for a JVM whose heap never fills. */
const QUICK_START = [COMPILE_LIGHTLY, '-XX:+UseSerialGC'];

/**
 * The default collector sets arrays of half a MiB apart, and writing Parquet is full of them: this one holds less memory. It is also
 * the only one that gives up when it does little but collect: a full heap ended a job after 32 s, with the JVM's own limits (98 % of
 * the time, 2 % of the heap) after 74 s, and with the serial collector, which has no limit, after 95 s.
 */
const COLLECTOR = ['-XX:+UseParallelGC', '-XX:GCTimeLimit=90', '-XX:GCHeapFreeLimit=5'];

function javaOptions({ archivePath, resources, scratchDir, settings }: LaunchSpec): string[] {
  const heapMib = driverHeapMib(resources.memoryBytes, settings);
  return [
    ...COLLECTOR,
    `-XX:MaxDirectMemorySize=${String(directMemoryMib(resources.memoryBytes, heapMib))}m`,
    ...(isSmall(settings) ? [COMPILE_LIGHTLY, '-XX:ParallelGCThreads=1'] : []),
    ...(archivePath === null ? [] : [`-XX:SharedArchiveFile=${archivePath}`]),
    // An archive of another Java or other jars is left aside with a warning. Warnings go where they disturb no reader of stdout.
    ...['-Xshare:auto', '-Xlog:disable', '-Xlog:all=warning:stderr'],
    `-Djava.io.tmpdir=${scratchDir}`,
    `-XX:ErrorFile=${join(scratchDir, 'java-crash-%p.log')}`, // else it lands in the current folder
    '-XX:-UsePerfData', // else the JVM writes its statistics to the machine's temporary folder
  ];
}

function isSmall(settings: Settings): boolean {
  return settings['smallJob'] === true;
}

/** For spark-submit, which cuts the text at blanks outside quotes. */
function quoted(option: string): string {
  return /[\s"'\\]/.test(option) ? `"${option.replace(/["\\]/g, '\\$&')}"` : option;
}
