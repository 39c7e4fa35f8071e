import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { silenceNodeNotice } from '../../storage/s3/node-notice.js';
import { projectRoot } from '../../settings/home.js';
import { startProcess, type ServerProcess } from './server-process.js';

/** Python loads moto, which takes several seconds on a busy machine. */
const READY_WITHIN_MS = 120_000;

/** It ends every job first, each with a grace of a second or more. */
const STOPPED_WITHIN_MS = 60_000;

/** How the fake plays AWS; test/fakes/aws/README.md says what each means. */
export interface FakeAwsOptions {
  /** Memory of the real machine divided by memory here; 64 by default. */
  readonly factor?: number;
  /** Seconds of the services in one of ours; 600 by default: a cluster starts in half a second. */
  readonly speed?: number;
  /** The program that the command `serve` of every image is. */
  readonly serve?: string;
  /** Buckets that are there from the start. */
  readonly buckets?: readonly string[];
}

/** What is to go wrong, by kind; see test/fakes/aws/faults.py. */
export interface FakeAwsFault {
  readonly service?: string;
  readonly operation?: string;
  readonly kind?: string;
  readonly times?: number;
  readonly error?: string;
  readonly message?: string;
  readonly status?: number;
  readonly seconds?: number;
  readonly afterSeconds?: number;
  readonly target?: 'driver' | 'executor';
}

const Job = z.object({
  kind: z.string(),
  id: z.string().optional(),
  name: z.string(),
  state: z.string(),
  starts: z.int(),
  pids: z.array(z.int()),
  /** The most memory that it had here; of jobs that are over. */
  peakBytes: z.int().optional(),
});
/** Something that was asked to run: a job, step, cluster or endpoint. */
export type FakeAwsJob = Readonly<z.infer<typeof Job>>;

const Event = z.object({ at: z.number(), kind: z.string(), name: z.string(), state: z.string() });
/** Something came to a state, in seconds since 1970; `gone` is that of what was removed. */
export type FakeAwsEvent = Readonly<z.infer<typeof Event>>;

const Calls = z.object({ client: z.record(z.string(), z.int()), job: z.record(z.string(), z.int()) });
/** How often each `service:Operation` was called, by clients and by jobs. */
export type FakeAwsCalls = Readonly<z.infer<typeof Calls>>;

const Ready = z.object({ endpoint: z.url(), pid: z.int(), region: z.string(), account: z.string() });

/** A running fake. */
export interface FakeAws {
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  readonly pid: number;
  /** What a program needs in its environment to take the fake for AWS. */
  readonly env: Readonly<Record<string, string>>;
  /** The same for an AWS SDK client made in this process. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** Adds faults after those that are left. */
  fail(...faults: readonly FakeAwsFault[]): Promise<void>;
  /** The faults that have not happened yet. */
  faults(): Promise<readonly unknown[]>;
  forgetFaults(): Promise<void>;
  jobs(): Promise<readonly FakeAwsJob[]>;
  /** Every state that something came to, in order. */
  history(): Promise<readonly FakeAwsEvent[]>;
  calls(): Promise<FakeAwsCalls>;
}

/**
 * Gives a test a fake AWS of its own, in which jobs really run; at the end every job has ended and nothing is left.
 * @returns what `use` returned
 * @throws Error when it does not start within two minutes, with its last words
 */
export async function withFakeAws<T>(options: FakeAwsOptions, use: (aws: FakeAws) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'tempered-fake-aws-'));
  const ready = join(folder, 'ready.json');
  let fake: ServerProcess | undefined;
  try {
    fake = await startFake(folder, ready, options);
    const aws = openFake(Ready.parse(JSON.parse(await readFile(ready, 'utf8'))));
    for (const bucket of options.buckets ?? []) await makeBucket(aws, bucket);
    return await use(aws);
  } finally {
    await fake?.end('SIGTERM');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function startFake(folder: string, ready: string, options: FakeAwsOptions): Promise<ServerProcess> {
  const serve = options.serve === undefined ? [] : ['--serve', options.serve];
  const size = ['--factor', String(options.factor ?? 64), '--speed', String(options.speed ?? 600)];
  const args = ['-m', 'test.fakes.aws', '--state', join(folder, 'state'), '--ready', ready, ...size, ...serve];
  return startProcess({
    what: 'the fake AWS',
    program: join(projectRoot, '.venv', 'bin', 'python'),
    args: [...args, '--until-parent-ends'],
    cwd: projectRoot,
    detached: true,
    answers: () => existsSync(ready),
    readyWithinMs: READY_WITHIN_MS,
    stoppedWithinMs: STOPPED_WITHIN_MS,
  });
}

function openFake({ endpoint, region, account, pid }: z.infer<typeof Ready>): FakeAws {
  const credentials = { accessKeyId: 'AKIATEST000000000000', secretAccessKey: 'test' };
  const ask = async (path: string, request: RequestInit = {}): Promise<unknown> => {
    const answer = await fetch(`${endpoint}/_fake/${path}`, request);
    if (!answer.ok) throw new Error(`the fake AWS refused ${path}: ${await answer.text()}`);
    return answer.json();
  };
  return {
    endpoint,
    region,
    account,
    pid,
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    client: { endpoint, region, credentials },
    fail: async (...faults) => {
      await ask('faults', { method: 'POST', body: JSON.stringify(faults) });
    },
    faults: async () => z.array(z.unknown()).parse(await ask('faults')),
    forgetFaults: async () => {
      await ask('faults', { method: 'DELETE' });
    },
    jobs: async () => z.array(Job).parse(await ask('jobs')),
    history: async () => z.array(Event).parse(await ask('history')),
    calls: async () => Calls.parse(await ask('calls')),
  };
}

async function makeBucket(aws: FakeAws, bucket: string): Promise<void> {
  silenceNodeNotice();
  const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3');
  const s3 = new S3Client({ ...aws.client, forcePathStyle: true });
  try {
    await s3.send(
      new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }),
    );
  } finally {
    s3.destroy();
  }
}
