import { join } from 'node:path';
import { COLLECTOR, COMPILE_LIGHTLY, isSmall } from './java-options.js';
import type { Launch, LaunchSpec } from './launch.js';
import { optionWord } from './option-word.js';
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
      ...['--driver-java-options', javaOptions(spec).map(optionWord).join(' ')],
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

/** The lightest collector, for a JVM whose heap never fills. */
const QUICK_START = [COMPILE_LIGHTLY, '-XX:+UseSerialGC'];

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
