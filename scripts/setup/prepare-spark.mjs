import { cached, hashFiles, run, SetupError } from './step.mjs';

/** Makes the class-data-sharing archive that shortens every start of Spark by some 2.5 s. */
const SCRIPT = 'scripts/setup/spark-archive.mjs';

/** The job that shows which classes are needed. */
const JOB = 'jobs/spark/warm_up.py';

/**
 * Prepares Spark's start. Without it everything works, only slower, so a failure is told and no more.
 * @param {(line: string) => void} say @param {{ version: string }} java
 */
export async function prepareSpark(say, java) {
  try {
    await cached({
      say,
      name: 'spark start-up archive',
      hint: 'some 20 s, once',
      stamp: '.venv/.tempered-spark-stamp', // beside the archive, so that both go together
      key: `${java.version} ${hashFiles([SCRIPT, JOB, 'python/requirements.lock'])}`,
      work: () =>
        run({
          name: 'spark-archive',
          program: process.execPath,
          args: [SCRIPT],
          remedy: 'Spark starts slower without it',
        }),
    });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`warning: ${error.message}\n  ${error.remedy}`);
  }
}
