import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Region } from '../../contracts/verdict.js';
import { classify } from '../../recovery/classify.js';
import { planNextAttempt } from '../../recovery/plan.js';
import { untilOver } from '../contracts/platform.js';
import { madeOf } from '../contracts/remote-jobs.js';
import { type SparkOnAws, SPARK_PLATFORMS, withSparkOnAws } from '../contracts/spark-on-aws-harness.js';
import { heldOpen } from '../harness/held-open.js';

/** A driver, an executor and a Python worker start, one after the other, on a busy machine. */
const PATIENCE = { withinMs: 300_000, everyMs: 500 };

/** One row of 1.6 GB: more than any heap here has. */
const ROW = 'array_repeat(id, 200000000)';

/** Which memory runs out, and a program that fills it. */
interface Death {
  readonly what: string;
  readonly region: Region;
  readonly work: string;
}

const DEATHS: readonly Death[] = [
  {
    what: 'an executor whose heap is full',
    region: 'jvm-heap',
    work: `spark.sql("select max(size(${ROW})) from range(0, 1, 1, 1)").collect()`,
  },
  {
    what: 'a driver whose heap is full, of a row that it computes itself',
    region: 'driver-heap',
    work: `spark.sql("select size(${ROW.replace('id', '1L')})").collect()`,
  },
  {
    // YARN says of a container why it was killed; EMR Serverless tells only the signal that ended it, which nobody asked for.
    what: 'an executor whose container is full, of a Python worker',
    region: 'container',
    work: `
def eat(rows):
    kept = []
    while True:
        kept.append(bytearray(b"x") * 2**20)
spark.sparkContext.parallelize([1], 1).mapPartitions(eat).count()`,
  },
];

/** A task of Python that takes longer than any test. */
const SLOW_TASK = `
import time
def wait(rows):
    time.sleep(1_000)
    return rows
spark.sparkContext.parallelize([1], 1).mapPartitions(wait).count()`;

const CALLS = { emr: 'AddJobFlowSteps', 'emr-serverless': 'StartJobRun' } as const;

let harness: SparkOnAws;
let close = (): Promise<void> => Promise.resolve();
beforeAll(async () => {
  ({ value: harness, close } = await heldOpen<SparkOnAws>((use) => withSparkOnAws({}, use)));
});
afterAll(() => close());
afterEach(async () => {
  const running = (await harness.aws.jobs()).filter(({ state, kind }) => state === 'RUNNING' && kind !== 'cluster');
  expect(running).toEqual([]);
});

describe.each(SPARK_PLATFORMS)('on %s', (name) => {
  // Spark would start the task four times, each to the same end.
  const once = { 'spark.task.maxFailures': '1' };

  async function run(stage: string, work: string, conf: Readonly<Record<string, string>> = once) {
    const sparkConf = { ...harness.emr.sparkConf, ...conf };
    const platform = harness.open(name, { emr: { sparkConf }, emrServerless: { sparkConf } });
    const main = `
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
${work.trim()}`;
    const job = await harness.makeJob(stage, main, { key: `test/${name}-${stage}-1a2b3c4d-a1`, engine: 'spark' });
    const state = await untilOver(platform, await platform.submit(job), PATIENCE);
    await expect(madeOf(harness.aws, job)).resolves.toEqual({ made: 1, starts: 1 });
    return { platform, job, state };
  }

  test.each(DEATHS)('$what: the memory that ran out is $region', async ({ region, work }) => {
    const { state } = await run(region, work);
    if (state.kind !== 'failed') throw new Error(`the job is ${state.kind}`);
    expect(classify(state.evidence)).toMatchObject({ kind: 'out-of-memory', region });
  });

  test('a job that ends with the loss of one executor, which was taken, is tried again and gets no more memory', async () => {
    await harness.aws.fail({ service: name, operation: CALLS[name], kind: 'preempt', target: 'executor' });
    const { platform, job, state } = await run('taken', SLOW_TASK);
    if (state.kind !== 'failed') throw new Error(`the job is ${state.kind}`);
    const verdict = classify(state.evidence);
    expect(verdict).toMatchObject({ region: null });
    expect(['preempted', 'lost']).toContain(verdict.kind);
    const { resources } = job;
    const attempt = { number: 1, resources, settings: {}, levers: [], because: 'a test' };
    const failed = { attempt, verdict, peakBytes: null, requestedBytes: null, seconds: state.seconds };
    const limits = {
      cap: platform.largest,
      levers: ['memory' as const],
      ...(platform.sizes && { sizes: platform.sizes }),
    };
    expect(planNextAttempt([failed], limits)).toMatchObject({ kind: 'retry', attempt: { resources } });
  });
});
