import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitsOf } from '../../activities/waits.js';
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
import type { FakeAwsCalls } from '../harness/fake-aws.js';
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
  seesExitCode: name === 'emr-serverless', // a step of EMR tells its end in words only
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
  const before = callsOf(await harness.aws.calls());
  await platform.poll(handle);
  const perPoll = callsOf(await harness.aws.calls()) - before;
  await platform.stop(handle, 'cancel');
  expect(perPoll).toBeGreaterThan(0);

  const hourMs = 3_600_000;
  let polls = 0;
  let waitedMs = 0;
  for (const waitMs of waitsOf(platform.pacing)) {
    polls += 1;
    waitedMs += waitMs;
    if (waitedMs >= hourMs) break;
  }
  expect(polls * perPoll).toBeLessThanOrEqual(150);
});

/** Calls of workers, of whatever service. */
function callsOf({ client }: FakeAwsCalls): number {
  return Object.values(client).reduce((sum, count) => sum + count, 0);
}
