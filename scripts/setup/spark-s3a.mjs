import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached, hashFiles, ROOT, run, SetupError, startClock } from './step.mjs';

/** Which jars: Hadoop's S3A and the modules of the AWS SDK that it calls. */
const POM = 'test/fakes/aws/spark-s3a/pom.xml';

/** Where they go; relative to the checkout. */
const SPARK_S3A = '.tempered/jars/spark-s3a';

/**
 * Fetches the jars with which Spark reads and writes `s3://` by itself, as the Maven of this machine is set up to fetch.
 * Only tests and `npm run demo:aws` need them, so a failure is told and no more.
 * @param {(line: string) => void} say
 */
export async function installSparkS3a(say) {
  const folder = join(ROOT, SPARK_S3A);
  const unfinished = `${folder}.${String(process.pid)}.tmp`;
  try {
    await cached({
      say,
      name: 'S3 for Spark',
      hint: '10 MB, once',
      stamp: `${SPARK_S3A}.stamp`,
      key: hashFiles([POM]),
      work: async () => {
        mkdirSync(unfinished, { recursive: true });
        await run({
          name: 'spark-s3a',
          program: 'mvn',
          args: ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${unfinished}`],
          remedy: 'on Debian and Ubuntu: apt install maven, then: npm run setup -- --dev',
          tries: 2,
        });
        rmSync(folder, { recursive: true, force: true });
        renameSync(unfinished, folder);
      },
    });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`warning: no S3 for Spark: ${error.message}\n  ${error.remedy}`);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await installSparkS3a(startClock());
