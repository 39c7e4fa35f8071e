import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Followed, followToTheEnd } from '../contracts/followed-log.js';
import { untilOver } from '../contracts/platform.js';
import { REMOTE_PATIENCE } from '../contracts/remote-jobs.js';
import { type SparkOnAws, type SparkPlatform, withSparkOnAws } from '../contracts/spark-on-aws-harness.js';
import { eventually } from '../harness/eventually.js';
import { heldOpen } from '../harness/held-open.js';

let harness: SparkOnAws;
let close = (): Promise<void> => Promise.resolve();
beforeAll(async () => {
  ({ value: harness, close } = await heldOpen<SparkOnAws>((use) => withSparkOnAws({ factor: 16 }, use)));
});
afterAll(() => close());

test('the log of a step of EMR is followed while it runs, to its last word', async () => {
  const { notes } = await followOn('emr', true);
  expect(notes.join()).toContain('every five minutes');
});

test('the log of a job of EMR Serverless is told when it is over, and until then where it will be', async () => {
  const { notes } = await followOn('emr-serverless', false);
  expect(notes.join()).toMatch(/; it will be at s3:.*SPARK_DRIVER/);
});

test('a step of EMR is not judged by what was brought of its log while it ran', async () => {
  const platform = harness.open('emr');
  await harness.aws.fail({ service: 'emr', operation: 'AddJobFlowSteps', kind: 'late-log', afterSeconds: 3 });
  const goOn = join(harness.folder, 'go-on');
  const job = await harness.makeJob('spoke', speaksThenDies(goOn));
  const handle = await platform.submit(job);
  await eventually(async () => (await platform.logs(handle, 2 ** 20)).includes('it began'), REMOTE_PATIENCE);
  writeFileSync(goOn, '');
  await expect(untilOver(platform, handle, REMOTE_PATIENCE)).resolves.toMatchObject({
    kind: 'failed',
    evidence: { logTail: expect.stringMatching(/it began[\s\S]*no such column/) as unknown, exit: { code: 1 } },
  });
});

function followOn(name: SparkPlatform, isLive: boolean): Promise<Followed> {
  const makeJob = (stage: string, main: string) =>
    harness.makeJob(stage, main, { key: `test/${name}-${stage}-1a2b3c4d-a1` });
  return followToTheEnd({ platform: harness.open(name), makeJob, isLive });
}

/** Prints, waits until it is told to go on, and dies. */
function speaksThenDies(goOn: string): string {
  return `
print("it began", flush=True)
while not os.path.exists(${JSON.stringify(goOn)}):
    time.sleep(0.1)
raise KeyError("no such column")`;
}
