import { join } from 'node:path';
import type { Settings } from '../../contracts/resources.js';
import type { Launch, LaunchSpec } from './launch.js';
import { driverHeapMib } from './spark-heap.js';

/**
 * Starts a Spark job in local mode by spark-submit: its JVM is the parent of the Python program and the only JVM, so the
 * memory limit holds all of it, and a heap that runs full ends the whole job with exit code 52.
 *
 * Here stands what must be known before the JVM starts; what decides a job's result is set by the job itself
 * (`jobs/spark/session.py`). The setting `smallJob` trades throughput for a quick start.
 */
export function launchSpark(spec: LaunchSpec): Launch {
  const { entryPath, jobUri, resources, venv, scratchDir } = spec;
  const conf = {
    'spark.driver.host': '127.0.0.1',
    'spark.log.level': 'WARN',
    'spark.ui.enabled': 'true',
    'spark.ui.port': '0', // a free one; the job tells it as its tracking URL
  };
  const python = join(venv, 'bin', 'python');
  return {
    argv: [
      join(venv, 'bin', 'spark-submit'),
      ...['--master', `local[${String(Math.max(1, Math.floor(resources.cpus)))}]`],
      ...['--driver-memory', `${String(driverHeapMib(resources.memoryBytes))}m`],
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

/** Compile once and lightly, collect garbage in one thread: half the CPU time of a start, at a third of the speed later. */
const QUICK_START = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

/** The default collector sets arrays of half a MiB apart, and writing Parquet is full of them: this one holds less memory. */
const THROUGHPUT = ['-XX:+UseParallelGC'];

function javaOptions({ archivePath, scratchDir, settings }: LaunchSpec): string[] {
  return [
    ...(isSmall(settings) ? QUICK_START : THROUGHPUT),
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
