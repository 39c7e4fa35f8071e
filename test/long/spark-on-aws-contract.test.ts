import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callsAnHour } from '../contracts/calls-an-hour.js';
import { describePlatformContract, type PlatformHarness } from '../contracts/platform.js';
import * as programs from '../contracts/programs.js';
import { madeOf, REMOTE_PATIENCE, RUNS_ON } from '../contracts/remote-jobs.js';
import {
  type SparkOnAws,
  SPARK_PLATFORMS,
  type SparkPlatform,
  withSparkOnAws,
} from '../contracts/spark-on-aws-harness.js';
import { eventually } from '../harness/eventually.js';
import { heldOpen } from '../harness/held-open.js';

/** A courier carries progress every five seconds: one look at least falls between a report and what follows it. */
const PROGRESS_SECONDS = 6;

let harness: SparkOnAws;
let close = (): Promise<void> => Promise.resolve();
beforeAll(async () => {
  ({ value: harness, close } = await heldOpen<SparkOnAws>((use) => withSparkOnAws({}, use)));
});
afterAll(() => close());

const ofPlatform = (name: SparkPlatform): PlatformHarness => ({
  platform: harness.open(name),
  seesVitals: false,
  evidenceEngine: name,
  sharesLog: true,
  progressSeconds: PROGRESS_SECONDS,
  patience: REMOTE_PATIENCE,
  reopen: () => harness.open(name),
  makeJob: (stage, source, change) =>
    harness.makeScript(stage, programs.PREAMBLE + source, { key: `test/${name}-${stage}-1a2b3c4d-a1`, ...change }),
  countStarts: async (job) => (await madeOf(harness.aws, job)).starts,
  close: () => Promise.resolve(),
});

for (const name of SPARK_PLATFORMS) describePlatformContract(name, () => Promise.resolve(ofPlatform(name)));

test.each(SPARK_PLATFORMS)('an hour of waiting for a job on %s costs at most 150 calls', async (name) => {
  const platform = harness.open(name);
  const job = await harness.makeJob('counted', RUNS_ON, { key: `test/${name}-counted-1a2b3c4d-a1` });
  const handle = await platform.submit(job);
  await eventually(async () => (await platform.poll(handle)).kind === 'running', REMOTE_PATIENCE);
  expect(await callsAnHour(harness.aws, platform, handle)).toBeLessThanOrEqual(150);
  await platform.stop(handle, 'cancel');
});
