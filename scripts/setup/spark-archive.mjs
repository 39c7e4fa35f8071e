// Builds the class-data-sharing archive: Spark's classes, read and checked once, mapped into memory at every start after.
// It takes a real job to learn which classes jobs load; the archive fits only the Java and the jars it was made with.
import { execFile } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A build takes 15 s of a free CPU; a machine that needs longer than this has other troubles. */
const TIME_LIMIT_MS = 300_000;

/** The Python environment with Spark, and where the archive goes: beside it. */
const VENV = join(ROOT, '.venv');
const ARCHIVE = join(VENV, 'spark.jsa');

await build();

/**
 * Builds the archive anew and puts it into place when it is whole.
 * @throws when the job or the JVM's dump fails; an archive that was there before stays
 */
async function build() {
  const folder = mkdtempSync(join(tmpdir(), 'tempered-spark-archive-'));
  const unfinished = `${ARCHIVE}.${String(process.pid)}.tmp`;
  const javaOptions = [
    `-XX:ArchiveClassesAtExit=${unfinished}`,
    '-XX:TieredStopAtLevel=1', // the archive holds no compiled code: compile as little as possible
    '-XX:-UsePerfData',
    ...['-Xlog:disable', '-Xlog:all=error:stderr'], // else a line for each class that cannot be archived
  ];
  try {
    await promisify(execFile)(
      join(VENV, 'bin', 'spark-submit'),
      [
        ...['--master', 'local[1]', '--driver-memory', '768m'],
        ...['--driver-java-options', javaOptions.map((option) => `"${option}"`).join(' ')],
        ...['--conf', 'spark.ui.port=0', '--conf', 'spark.log.level=WARN'],
        join(ROOT, 'jobs/spark/warm_up.py'),
        folder,
      ],
      { env: environment(folder), timeout: TIME_LIMIT_MS, killSignal: 'SIGKILL' },
    );
    renameSync(unfinished, ARCHIVE);
  } finally {
    rmSync(unfinished, { force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder */
function environment(folder) {
  return {
    ...process.env,
    PATH: [join(VENV, 'bin'), process.env['PATH'] ?? ''].join(delimiter),
    PYTHONPATH: ROOT,
    SPARK_LOCAL_IP: '127.0.0.1',
    SPARK_LOCAL_DIRS: folder,
  };
}
