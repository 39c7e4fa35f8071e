import { describe, expect, test } from '@jest/globals';
import type { Evidence } from '../contracts/evidence.js';
import { classify } from './classify.js';

const killed = { exit: { code: null, signal: 'SIGKILL' } } as const;

describe('a verdict on a failed job', () => {
  test.each([
    {
      given: 'SIGKILL and the kernel counter',
      evidence: { engine: 'python', ...killed, kernel: { oomKillDelta: 1 } },
      kind: 'out-of-memory',
      region: 'container',
    },
    {
      given: 'exit 137 and the kernel counter',
      evidence: { engine: 'ray', exit: { code: 137 }, kernel: { oomKillDelta: 2 } },
      kind: 'out-of-memory',
      region: 'container',
    },
    {
      given: 'a killed child and a parent that failed',
      evidence: { engine: 'python', exit: { code: 1 }, errorClass: 'BrokenProcessPool', kernel: { oomKillDelta: 1 } },
      kind: 'out-of-memory',
      region: 'container',
    },
    {
      given: 'Spark exit 52',
      evidence: { engine: 'spark', exit: { code: 52 } },
      kind: 'out-of-memory',
      region: 'driver-heap',
    },
    {
      given: "a driver's own account beside the command that started an executor",
      evidence: {
        engine: 'emr-serverless',
        exit: { code: 1 },
        errorClass: 'Py4JJavaError',
        errorMessage:
          'An error occurred while calling o46.collectToPython.\n: java.lang.OutOfMemoryError: Java heap space',
        logTail: 'INFO ExecutorRunner: Launch command: "java" "org.apache.spark.executor.CoarseGrainedExecutorBackend"',
      },
      kind: 'out-of-memory',
      region: 'driver-heap',
    },
    {
      given: "an executor's log",
      evidence: {
        engine: 'spark',
        exit: { code: 1 },
        logTail:
          'INFO Executor: Running task 0.0 in stage 1.0\nERROR Utils: Uncaught exception\njava.lang.OutOfMemoryError: Java heap space',
      },
      kind: 'out-of-memory',
      region: 'jvm-heap',
    },
    {
      given: 'a MemoryError without a message',
      evidence: { engine: 'python', exit: { code: 1 }, errorClass: 'MemoryError', errorMessage: '' },
      kind: 'out-of-memory',
      region: 'python-worker',
    },
    {
      given: 'a NumPy allocation failure',
      evidence: { engine: 'python', exit: { code: 1 }, errorClass: 'numpy._core._exceptions._ArrayMemoryError' },
      kind: 'out-of-memory',
      region: 'python-worker',
    },
    {
      given: 'a Java heap that ran full, as the Spark job saw it',
      evidence: {
        engine: 'spark',
        exit: { code: 1 },
        reason: 'out-of-memory: said by the job itself',
        errorClass: 'JavaHeapExhausted',
      },
      kind: 'out-of-memory',
      region: 'driver-heap',
    },
    {
      given: 'exit 52 and a Python side that only saw its JVM vanish',
      evidence: { engine: 'spark', exit: { code: 52 }, errorClass: 'JvmGone' },
      kind: 'out-of-memory',
      region: 'driver-heap',
    },
    {
      given: 'a class of the job with the memory that it names',
      evidence: {
        engine: 'spark',
        exit: { code: 1 },
        reason: 'out-of-memory: said by the job itself, of its driver-result-limit',
        errorClass: 'TooManyResults',
      },
      kind: 'out-of-memory',
      region: 'driver-result-limit',
    },
    {
      given: 'a trial that did nothing twice',
      evidence: { engine: 'ray', exit: { code: 1 }, errorClass: 'jobs.ray.trial_watch.TrialStalled' },
      kind: 'timeout',
      region: null,
    },
    {
      given: 'any class that the job itself calls out of memory',
      evidence: {
        engine: 'python',
        exit: { code: 1 },
        reason: 'out-of-memory: said by the job itself',
        errorClass: 'PoolExhausted',
      },
      kind: 'out-of-memory',
      region: 'python-worker',
    },
    {
      given: "Ray's memory monitor",
      evidence: { engine: 'ray', exit: { code: 1 }, errorClass: 'ray.exceptions.OutOfMemoryError' },
      kind: 'out-of-memory',
      region: 'host',
    },
    {
      given: "Ray's memory monitor, as the job contract names its class",
      evidence: { engine: 'ray', exit: { code: 1 }, errorClass: 'OutOfMemoryError', errorMessage: '' },
      kind: 'out-of-memory',
      region: 'host',
    },
    {
      given: 'a report that counts other kills',
      evidence: {
        engine: 'python',
        exit: { code: 1 },
        logTail: '2026-03-14 02:11:40 INFO alerts: OOMKilled count is 3\n',
      },
      kind: 'unknown',
      region: null,
    },
    {
      given: 'a stall after the kernel killed a child',
      evidence: { engine: 'python', reason: 'stalled: no progress for 600 s', kernel: { oomKillDelta: 1 } },
      kind: 'out-of-memory',
      region: 'container',
    },
    {
      given: 'our time limit, after a child was killed for memory and its parent waited',
      evidence: { engine: 'python', ...killed, stopRequested: 'timeout', kernel: { oomKillDelta: 1 } },
      kind: 'out-of-memory',
      region: 'container',
    },
    {
      given: 'an error of its own beside the kill of a helper that nobody missed',
      evidence: {
        engine: 'python',
        exit: { code: 1 },
        errorClass: 'KeyError',
        errorMessage: "'age'",
        kernel: { oomKillDelta: 1 },
      },
      kind: 'bug',
      region: null,
    },
    {
      given: 'a worker that died while the counter stood still',
      evidence: { engine: 'ray', exit: { code: 1 }, errorClass: 'WorkerCrashedError', kernel: { oomKillDelta: 0 } },
      kind: 'lost',
      region: null,
    },
    {
      given: 'an exit code of 0 without a result, and a kill',
      evidence: { engine: 'python', exit: { code: 0 }, errorClass: 'ContractBroken', kernel: { oomKillDelta: 1 } },
      kind: 'out-of-memory',
      region: 'container',
    },
    {
      given: 'an exit code of 0 and words of memory',
      evidence: { engine: 'python', exit: { code: 0 }, logTail: 'MemoryError\nKilled\n' },
      kind: 'unknown',
      region: null,
    },
    {
      given: 'a sampled limit',
      evidence: {
        engine: 'python',
        ...killed,
        reason: 'memory-limit: the processes hold 600 MiB, the limit is 512 MiB',
      },
      kind: 'out-of-memory',
      region: 'container',
    },
    {
      given: 'SIGKILL and a counter that stood still',
      evidence: { engine: 'python', ...killed, kernel: { oomKillDelta: 0 } },
      kind: 'lost',
      region: null,
    },
    {
      given: 'our own cancel, though the signal looks like memory',
      evidence: { engine: 'python', ...killed, stopRequested: 'cancel' },
      kind: 'cancelled',
      region: null,
    },
    {
      given: 'exit 52 of something that is not Spark',
      evidence: { engine: 'python', exit: { code: 52 } },
      kind: 'unknown',
      region: null,
    },
    {
      given: 'a full disk',
      evidence: {
        engine: 'python',
        exit: { code: 1 },
        errorClass: 'OSError',
        errorMessage: '[Errno 28] No space left on device',
      },
      kind: 'disk-full',
      region: null,
    },
    {
      given: 'bad data',
      evidence: {
        engine: 'spark',
        exit: { code: 2 },
        reason: 'invalid-input: said by the job itself',
        errorClass: 'InvalidInput',
        errorMessage: 'column age',
      },
      kind: 'invalid-input',
      region: null,
    },
    {
      given: 'an exception of the job',
      evidence: { engine: 'python', exit: { code: 1 }, errorClass: 'KeyError', errorMessage: "'age'" },
      kind: 'bug',
      region: null,
    },
    {
      given: 'memory words in a log, but nothing else',
      evidence: { engine: 'python', exit: { code: 1 }, logTail: 'OutOfMemoryError Killed' },
      kind: 'unknown',
      region: null,
    },
    {
      given: 'a job that the platform lost',
      evidence: { engine: 'python', reason: 'lost: its supervisor is gone' },
      kind: 'lost',
      region: null,
    },
    { given: 'nothing at all', evidence: { engine: 'python' }, kind: 'unknown', region: null },
  ] satisfies readonly { given: string; evidence: Evidence; kind: string; region: string | null }[])(
    '$given -> $kind',
    ({ evidence, kind, region }) => {
      expect(classify(evidence)).toMatchObject({ kind, region });
    },
  );

  test('quotes the rule and the fact that decided', () => {
    expect(classify({ engine: 'spark', exit: { code: 52 } }).evidence).toEqual([
      { rule: 'spark-exit-52', quote: 'exit code 52 (JVM out of memory)' },
    ]);
  });
});

test('a job that was stopped because it stalled is told with how it stalled', () => {
  const reason = 'stalled: no progress and 0 % CPU for 45 s';
  const verdict = classify({ engine: 'python', exit: { code: 143 }, reason, stopRequested: 'timeout' });
  expect(verdict).toMatchObject({ kind: 'timeout', evidence: [{ quote: reason }] });
});
