import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TemperedError } from '../../contracts/failure.js';
import { AirQualityResult } from '../../contracts/pipelines/air-quality.js';
import { PIPELINES } from '../../contracts/pipelines/index.js';
import { bringDown } from '../../scripts/embedded/down.js';
import { withOwnHome } from '../../scripts/embedded/own-home.js';
import { bringUp } from '../../scripts/embedded/up.js';
import { type Answer, type Io, note } from '../../scripts/io.js';
import { awaitEnding, type RunEnding } from '../../scripts/runs/run-ending.js';
import { type StartedRun, startRun } from '../../scripts/runs/start-run.js';
import { type Temporal, withTemporal } from '../../scripts/temporal/connect.js';
import { followRun } from '../../scripts/watch/follow-run.js';
import { chooseView } from '../../scripts/watch/watch-run.js';
import { profilePath, projectRoot, stateDir } from '../../settings/home.js';
import { loadProfile } from '../../settings/profile.js';
import { openStorage } from '../../storage/index.js';
import { type FakeAws, withFakeAws } from '../harness/fake-aws.js';
import { Account } from './account.js';
import { readAttempts } from './attempts.js';
import { type Evidence, lookAtAccount } from './evidence.js';
import { KEPT, keepLogs } from './kept.js';
import { BUCKET, demoProfile, FACTOR } from './profile.js';
import { proofOf } from './proof.js';
import { reportText } from './report.js';

/** What of an earlier demo is not kept: its account is gone, and with it what its runs speak of. */
const NOT_KEPT = [
  'temporal.db',
  'temporal.db-shm',
  'temporal.db-wal',
  'jobs',
  'memory',
  'endpoints',
  ...Object.values(KEPT),
];

/** S3 for Spark, where setup puts it. */
const SPARK_S3A = join(projectRoot, '.tempered', 'jars', 'spark-s3a');

/** What a shell reports for a program that Ctrl-C ended: 128 + SIGINT. */
const INTERRUPTED = 130;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

const STOPPED: Answer = {
  document: { status: 'interrupted' },
  text: 'stopped; nothing of the demo runs any more',
  exitCode: INTERRUPTED,
};

/** What all parts of the demo know. */
interface Demo {
  readonly io: Io;
  readonly json: boolean;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
}

/**
 * `npm run demo:aws`: the air-quality pipeline on a fake AWS whose jobs really run, each in the memory of its instance divided by
 * {@link FACTOR}, on a platform of its own that is down again at the end.
 * @throws {TemperedError} `PLATFORM_UNAVAILABLE` where Spark cannot read `s3://`
 */
export async function demoAws(io: Io, json: boolean): Promise<Answer> {
  if (!existsSync(SPARK_S3A)) {
    throw new TemperedError('PLATFORM_UNAVAILABLE', `Spark cannot read s3:// here: ${SPARK_S3A} is not there`, {
      advice: 'install Maven (on Debian and Ubuntu: apt install maven), then: npm run setup',
    });
  }
  const interrupt = new AbortController();
  const stop = () => {
    if (!interrupt.signal.aborted) note(io, 'stopping ...');
    interrupt.abort();
  };
  const demo: Demo = { io, json, interrupted: interrupt.signal };
  const home = join(stateDir(), 'demo-aws');
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    return await withOwnHome(home, async () => {
      forgetAws();
      await bringDown(); // one that was killed has left its platform up
      for (const name of NOT_KEPT) await rm(join(home, name), { recursive: true, force: true });
      if (!json) note(io, `aws    a fake one, whose machines have 1/${String(FACTOR)} of the memory of the real ones`);
      return withFakeAws({ factor: FACTOR, buckets: [BUCKET] }, (aws) => {
        Object.assign(process.env, aws.env); // where the SDK of our workers looks
        return inAccount(demo, aws);
      });
    });
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, stop);
  }
}

/** Nothing of a real account may be found by mistake. `withOwnHome` puts all of it back. */
function forgetAws(): void {
  for (const name of Object.keys(process.env)) if (/^AWS_/.test(name)) Reflect.deleteProperty(process.env, name);
}

async function inAccount(demo: Demo, aws: FakeAws): Promise<Answer> {
  const account = new Account(aws);
  try {
    const applicationId = await account.createApplication();
    await writeFile(profilePath(), JSON.stringify(demoProfile(aws, applicationId), null, 2));
    const { seconds, connection } = await bringUp();
    if (!demo.json)
      note(demo.io, `up     in ${seconds.toFixed(1)} s${connection.uiUrl ? `  ${connection.uiUrl}` : ''}`);
    return await withTemporal(async (temporal) => {
      const evidence = await runPipeline(demo, { temporal, aws, account, applicationId });
      if (evidence === undefined) return STOPPED;
      const proof = proofOf(evidence);
      const document = { ...evidence, ...proof };
      await writeFile(join(stateDir(), KEPT.report), JSON.stringify(document, null, 2));
      return {
        document,
        text: reportText(evidence, proof, stateDir()),
        exitCode: proof.missing.length === 0 ? 0 : 1,
      };
    });
  } finally {
    await bringDown();
    account.close();
  }
}

interface Surroundings {
  readonly temporal: Temporal;
  readonly aws: FakeAws;
  readonly account: Account;
  readonly applicationId: string;
}

/** @returns undefined when Ctrl-C came first; then the run is cancelled, its job stopped and its endpoint gone */
async function runPipeline(
  demo: Demo,
  { temporal, aws, account, applicationId }: Surroundings,
): Promise<Evidence | undefined> {
  const run = await startRun(temporal, { name: 'air-quality', summary: PIPELINES['air-quality'].summary, input: {} });
  if (!demo.json) note(demo.io, `started ${run.runId}${run.url === null ? '' : `  ${run.url}`}`);
  const ending = await follow(demo, temporal, run);
  if (ending === undefined) return undefined;
  const seen = await lookAtAccount(aws, account); // first: what follows are calls of ours
  const { storageRootUri, profile } = loadProfile();
  const storage = openStorage(storageRootUri, [], profile.aws);
  const { runId, url } = run;
  await keepLogs(temporal, storage, runId);
  return {
    ...{ runId, url, status: ending.status, failure: ending.failure },
    result: ending.result && AirQualityResult.parse(ending.result),
    attempts: await readAttempts({ temporal, storage, account }, { runId, applicationId }),
    ...seen,
  };
}

async function follow(demo: Demo, temporal: Temporal, { runId }: StartedRun): Promise<RunEnding | undefined> {
  const view = await chooseView(demo.io, Object.keys(PIPELINES['air-quality'].stages), demo.json);
  const ending = await followRun(temporal, { runId, view, detach: demo.interrupted });
  if (ending !== undefined) return ending;
  await temporal.client.workflow.getHandle(runId).cancel();
  await awaitEnding(temporal, runId);
  return undefined;
}
