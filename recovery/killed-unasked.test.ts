import { describe, expect, test } from '@jest/globals';
import type { Evidence, EvidenceEngine } from '../contracts/evidence.js';
import { classify } from './classify.js';

const EXECUTOR = '26/11/21 08:46:10 ERROR TaskSchedulerImpl: Lost executor 0 on 10.0.1.17: ';

/** How a service tells in the driver's log that the container of an executor was killed; and of an executor that was taken away. */
const TOLD = {
  'EMR Serverless': `${EXECUTOR}The executor exited with exit code 137(SIGKILL, possible container OOM).\n`,
  YARN: `${EXECUTOR}Container from a bad node: container_1764_0001_01_000002 on host: ip-10-0-1-17. Exit status: 137. Diagnostics: [2026-11-21 08:46:10.900]Container killed on request. Exit code is 137\n`,
} as const;

const TAKEN = {
  'a decommissioned executor': `${EXECUTOR}Executor decommission: worker decommissioned because of kill request from HTTP endpoint (data migration disabled).\n`,
  'a lost worker': `${EXECUTOR}The executor was decommissioned: worker lost.\n`,
  'a lost node of YARN': `${EXECUTOR}Container marked as failed: container_1764_0001_01_000002 on host: ip-10-0-1-17. Exit status: -100. Diagnostics: Container released on a *lost* node.\n`,
  'a container that YARN preempted': `${EXECUTOR}Container container_1764_0001_01_000002 on host: ip-10-0-1-17 was preempted.\n`,
} as const;

/** What the task that ran there is said to have failed of: whichever news of the death came first. */
const FIRST_NEWS = {
  'the exit code':
    'ExecutorLostFailure (executor 0 exited caused by one of the running tasks) Reason: Command exited with code 137',
  'its connection, closed':
    'ExecutorLostFailure (executor 0 exited caused by one of the running tasks) Reason: Remote RPC client disassociated. Likely due to containers exceeding thresholds, or network issues. Check driver logs for WARN messages.',
  'its Python worker, gone':
    'org.apache.spark.SparkException: Python worker exited unexpectedly (crashed)\n\tat org.apache.spark.api.python.BasePythonRunner$ReaderIterator$$anonfun$1.applyOrElse(PythonRunner.scala:693)\nCaused by: java.io.EOFException\n\tat java.base/java.io.DataInputStream.readInt(DataInputStream.java:398)',
  'a socket, reset':
    'java.net.SocketException: Connection reset by peer\n\tat java.base/sun.nio.ch.SocketDispatcher.write0(Native Method)',
  'a pipe, broken':
    'java.io.IOException: Broken pipe\n\tat java.base/sun.nio.ch.FileDispatcherImpl.write0(Native Method)',
} as const;

const OWN_FAULT =
  'org.apache.spark.SparkNumberFormatException: [CAST_INVALID_INPUT] The value \'abc\' of the type "STRING" cannot be cast to "INT" because it is malformed. SQLSTATE: 22018\n\tat org.apache.spark.sql.errors.QueryExecutionErrors$.invalidInputInCastToNumberError(QueryExecutionErrors.scala:145)';

/** Evidence of a Spark job, with what is told of its executor `before` or `after` the error that it ended with. */
function evidence(engine: EvidenceEngine, failure: string, told: { before?: string; after?: string }): Evidence {
  const abort = `org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 0.0 failed 4 times, most recent failure: Lost task 0.3 in stage 0.0 (TID 3) (10.0.1.17 executor 0): ${failure}`;
  const message = `An error occurred while calling z:org.apache.spark.api.python.PythonRDD.collectAndServe.\n: ${abort}\n\nDriver stacktrace:\n\tat org.apache.spark.scheduler.DAGScheduler.abortStage(DAGScheduler.scala:3122)\n`;
  const logTail = [
    '26/11/21 08:46:03 INFO SparkContext: Running Spark version 3.5.6\n',
    told.before === undefined ? '' : `${told.before}26/11/21 08:46:10 INFO DAGScheduler: Executor lost: 0 (epoch 0)\n`,
    'Traceback (most recent call last):\n  File "/tmp/job.py", line 5, in main\n    rows.count()\n',
    `py4j.protocol.Py4JJavaError: ${message}job failed: Py4JJavaError: ${message}`,
    told.after ?? '',
  ].join('');
  const isServerless = engine === 'emr-serverless';
  const details = `Job failed, please check complete logs in configured logging destination. ExitCode: 1. Last few exceptions: ${abort}`;
  return {
    engine,
    exit: isServerless ? { code: 1 } : null,
    reason: isServerless ? details.slice(0, 256) : null,
    errorClass: 'Py4JJavaError',
    errorMessage: message,
    logTail,
    stopRequested: null,
  };
}

const WHERE = ['before', 'after'] as const;
const news = Object.entries(FIRST_NEWS).flatMap(([first, failure]) =>
  WHERE.flatMap((where) => Object.entries(TOLD).map(([words, line]) => ({ first, failure, where, words, line }))),
);

describe('an executor whose container got SIGKILL', () => {
  test.each(news)(
    'told by $first, with the words of $words $where the error: memory, if nobody asked for it',
    ({ failure, where, line }) => {
      const seen = evidence('emr-serverless', failure, { [where]: line });
      expect(classify({ ...seen, unasked: true })).toMatchObject({
        kind: 'out-of-memory',
        certainty: 'probable',
        region: 'container',
      });
      const { kind } = classify(seen);
      expect(['unknown', 'lost']).toContain(kind); // never a bug, which would end the run, and never a guess
    },
  );

  test.each(Object.entries(FIRST_NEWS))('told by nothing but %s is no fault of the program', (_first, failure) => {
    for (const unasked of [true, null]) {
      expect(classify({ ...evidence('emr', failure, {}), unasked }).kind).not.toBe('bug');
    }
  });

  test('that a stop ended, or a kernel counted out, is no memory failure', () => {
    const seen = { ...evidence('emr', FIRST_NEWS['the exit code'], { after: TOLD.YARN }), unasked: true };
    expect(classify({ ...seen, stopRequested: 'cancel' })).toMatchObject({ kind: 'cancelled' });
    expect(classify({ ...seen, kernel: { oomKillDelta: 0 } })).toMatchObject({ kind: 'lost' });
  });

  test('explains a wait for it that came to nothing', () => {
    const waited =
      'org.apache.spark.SparkException: Exception thrown in awaitResult:\n\tat org.apache.spark.util.ThreadUtils$.awaitResult(ThreadUtils.scala:301)\nCaused by: java.util.concurrent.TimeoutException: Futures timed out after [120 seconds]';
    const seen = evidence('emr-serverless', waited, { before: TOLD['EMR Serverless'] });
    expect(classify({ ...seen, unasked: true })).toMatchObject({ kind: 'out-of-memory', region: 'container' });
  });

  test.each(WHERE)('and was survived (%s) explains no fault of the program that came to light later', (where) => {
    const seen = evidence('emr-serverless', OWN_FAULT, { [where]: TOLD['EMR Serverless'] });
    expect(classify({ ...seen, unasked: true })).toMatchObject({ kind: 'bug' });
  });
});

describe('an executor that was taken away', () => {
  const taken = Object.entries(TAKEN).flatMap(([what, line]) =>
    Object.entries(FIRST_NEWS).flatMap(([first, failure]) =>
      WHERE.map((where) => ({ what, line, first, failure, where })),
    ),
  );
  test.each(taken)('$what, told by $first and $where the error, is neither memory nor a bug', (one) => {
    for (const engine of ['emr', 'emr-serverless'] as const) {
      const seen = evidence(engine, one.failure, { [one.where]: one.line });
      expect(['preempted', 'lost']).toContain(classify({ ...seen, unasked: true }).kind);
      expect(['preempted', 'lost']).toContain(classify(seen).kind);
    }
  });

  test.each([
    { code: -102, kind: 'preempted' },
    { code: -100, kind: 'lost' },
  ])("YARN's exit code $code is $kind", ({ code, kind }) => {
    expect(classify({ engine: 'emr', exit: { code }, unasked: true })).toMatchObject({ kind, region: null });
  });

  test('because Spark needs fewer of them says nothing', () => {
    const line = `${EXECUTOR}Executor decommission: spark scale down.\n`;
    const { kind } = classify(evidence('emr', FIRST_NEWS['its Python worker, gone'], { before: line }));
    expect(kind).toBe('unknown');
  });
});

describe('a job that got SIGKILL itself', () => {
  test.each([
    { engine: 'emr', region: 'host' },
    { engine: 'sagemaker', region: 'host' },
    { engine: 'emr-serverless', region: 'container' },
  ] as const)('on $engine, where nobody asked for it, ran out of the memory of its $region', ({ engine, region }) => {
    const killed: Evidence = { engine, exit: { code: 137 }, logTail: 'reading orders\n', unasked: true };
    expect(classify(killed)).toMatchObject({ kind: 'out-of-memory', certainty: 'probable', region });
    expect(classify({ ...killed, unasked: null })).toMatchObject({ kind: 'unknown', certainty: 'ambiguous' });
    expect(classify({ ...killed, unasked: false })).toMatchObject({ kind: 'unknown', certainty: 'ambiguous' });
    expect(classify({ ...killed, stopRequested: 'timeout' })).toMatchObject({ kind: 'timeout' });
    expect(classify({ ...killed, kernel: { oomKillDelta: 0 } })).toMatchObject({ kind: 'lost' });
  });

  test('after a heap had run full is a matter of the heap', () => {
    const logTail =
      '#\n# java.lang.OutOfMemoryError: Java heap space\n# -XX:OnOutOfMemoryError="kill -9 %p"\n#   Executing /bin/sh -c "kill -9 101"...\n';
    expect(classify({ engine: 'emr', exit: { code: 137 }, logTail, unasked: true })).toMatchObject({
      kind: 'out-of-memory',
      region: 'driver-heap',
    });
  });

  test('with any other signal was ended by somebody or by itself, and has not run out of memory', () => {
    expect(classify({ engine: 'emr', exit: { code: 143 }, unasked: true })).toMatchObject({ kind: 'lost' });
    expect(classify({ engine: 'emr', exit: { code: 139 }, unasked: true })).toMatchObject({ kind: 'bug' });
  });
});
