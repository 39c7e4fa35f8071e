import { CreateApplicationCommand, EMRServerlessClient, GetApplicationCommand } from '@aws-sdk/client-emr-serverless';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsProfile, EmrProfile, EmrServerlessProfile } from '../../contracts/platform-profiles.js';
import type { RemotePlaces } from '../../platforms/aws/remote-places.js';
import { openEmr } from '../../platforms/emr/platform.js';
import { openEmrServerless } from '../../platforms/emr-serverless/platform.js';
import type { Platform } from '../../platforms/platform.js';
import { projectRoot } from '../../settings/home.js';
import { openStorage } from '../../storage/index.js';
import type { Storage } from '../../storage/storage.js';
import { eventually } from '../harness/eventually.js';
import { type FakeAws, type FakeAwsOptions, withFakeAws } from '../harness/fake-aws.js';
import { type MakeRemoteJob, remoteJobs, remoteScripts } from './remote-jobs.js';

const GIB = 2 ** 30;
const BUCKET = 'tempered-data';

/** The platforms on AWS that run Spark. */
export const SPARK_PLATFORMS = ['emr', 'emr-serverless'] as const;
export type SparkPlatform = (typeof SPARK_PLATFORMS)[number];

/** An application is made or started within a second of ours. */
const APPLICATION_WITHIN_MS = 60_000;

/** A driver that only waits for its Python program: compiled lightly, and loaded from the archive that set-up makes. */
const QUICK_DRIVER = [
  ...['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'],
  ...[`-XX:SharedArchiveFile=${join(projectRoot, '.venv', 'spark.jsa')}`, '-Xshare:auto'],
  ...['-Xlog:disable', '-Xlog:all=warning:stderr'],
].join(' ');

/** What a test changes about a platform. */
export interface SparkOnAwsChanges {
  readonly emr?: Partial<EmrProfile>;
  readonly emrServerless?: Partial<EmrServerlessProfile>;
  readonly places?: Partial<RemotePlaces>;
}

/** EMR and EMR Serverless of a test's own, a storage in its S3, and jobs that really run in them. */
export interface SparkOnAws {
  readonly aws: FakeAws;
  readonly serverless: EMRServerlessClient;
  readonly awsProfile: AwsProfile;
  readonly emr: EmrProfile;
  /** What EMR's profile creates. */
  readonly cluster: NonNullable<EmrProfile['create']>;
  readonly emrServerless: EmrServerlessProfile;
  readonly storage: Storage;
  /** On this machine, where the jobs run too. */
  readonly folder: string;
  /** A platform object; each has what a restarted worker has. */
  readonly open: (name: SparkPlatform, change?: SparkOnAwsChanges) => Platform;
  /** Makes an application that takes jobs, or could. @returns its id */
  readonly makeApplication: (name: string, more?: ApplicationChange) => Promise<string>;
  readonly makeJob: MakeRemoteJob;
  readonly makeScript: MakeRemoteJob;
}

type ApplicationChange = Partial<ConstructorParameters<typeof CreateApplicationCommand>[0]>;

/** Runs against a fake AWS whose machines have a part of the real ones' memory. */
export async function withSparkOnAws<T>(options: FakeAwsOptions, use: (harness: SparkOnAws) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tempered-emr-'));
  try {
    return await withFakeAws({ buckets: [BUCKET], ...options }, async (aws) => {
      Object.assign(process.env, aws.env); // where SDK clients look
      const serverless = new EMRServerlessClient(aws.client);
      try {
        return await use(await openHarness(aws, serverless, folder));
      } finally {
        serverless.destroy();
      }
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function openHarness(aws: FakeAws, serverless: EMRServerlessClient, folder: string): Promise<SparkOnAws> {
  const makeApplication: SparkOnAws['makeApplication'] = async (name, more = {}) => {
    const request = { name, releaseLabel: 'emr-7.13.0', type: 'SPARK', clientToken: name, ...more };
    const { applicationId = '' } = await serverless.send(new CreateApplicationCommand(request));
    await eventually(
      async () => {
        const { application } = await serverless.send(new GetApplicationCommand({ applicationId }));
        return application?.state === 'CREATED';
      },
      { withinMs: APPLICATION_WITHIN_MS },
    );
    return applicationId;
  };
  const awsProfile = AwsProfile.parse({ region: aws.region });
  const role = (name: string) => `arn:aws:iam::${aws.account}:role/${name}`;
  const spark = { executors: 1, sparkConf: { 'spark.driver.extraJavaOptions': QUICK_DRIVER } };
  // A cluster that ends by itself after a week of the fake's: it outlives the test, and every test finds it.
  const create = { serviceRole: role('emr'), instanceProfile: 'nodes', idleMinutes: 10_080, concurrentSteps: 4 };
  const emr = EmrProfile.parse({ instanceTypes: ['m6i.xlarge'], create, ...spark });
  const emrServerless = EmrServerlessProfile.parse({
    applicationId: await makeApplication('tests'),
    executionRole: role('tempered-jobs'),
    ...spark,
  });
  const storage = openStorage(`s3://${BUCKET}/root`, [], { region: aws.region });
  const usual: RemotePlaces = {
    aws: awsProfile,
    storage,
    projectRoot,
    patience: { logMs: 60_000, stopMs: 100, claimMs: 5_000 },
  };
  const place = { storage, folder, resources: { memoryBytes: 3 * GIB, cpus: 1, diskBytes: 0 } };
  return {
    ...{ aws, serverless, awsProfile, emr, emrServerless, storage, folder, makeApplication },
    cluster: EmrProfile.shape.create.unwrap().parse(create),
    open: (name, change = {}) => {
      const places = { ...usual, ...change.places };
      return name === 'emr'
        ? openEmr({ ...emr, ...change.emr }, places)
        : openEmrServerless({ ...emrServerless, ...change.emrServerless }, places);
    },
    makeJob: remoteJobs(place),
    makeScript: remoteScripts(place),
  };
}
