import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { JobFile, JobSpec } from '../../contracts/job.js';
import { RayClusterProfile } from '../../contracts/platform-profiles.js';
import { Ref } from '../../contracts/refs.js';
import type { RayClusterPlatform } from '../../platforms/ray-cluster/ray-cluster-platform.js';
import { openRayCluster } from '../../platforms/ray-cluster/platform.js';
import { projectRoot } from '../../settings/home.js';
import { layout } from '../../storage/layout.js';
import type { Storage } from '../../storage/storage.js';
import { startRayHead, type RayHead } from '../harness/ray-head.js';
import { startSeaweedFs } from '../harness/seaweedfs.js';
import { type MakeRemoteJob, NOTHING, remoteJobs } from './remote-jobs.js';
import { temporaryS3Storage } from './temporary-s3-storage.js';

const GIB = 2 ** 30;
const PYTHON = join(projectRoot, '.venv', 'bin', 'python');

/** Publishes training rows in a folder, as a stage does, and prints the reference. */
const PUBLISH = `
import json, pathlib, sys
from test.samples.tuning import employees, publish
train = publish(pathlib.Path(sys.argv[1]), [employees(int(sys.argv[2]), 1, tenure_values=int(sys.argv[3]))])
print(json.dumps({"manifestSha256": train.manifest_sha256, "rows": train.rows, "bytes": train.bytes}))
`;
const Published = z.object({ manifestSha256: z.string(), rows: z.int(), bytes: z.int() });

/** What a search is tried with. */
export interface Search {
  readonly name: string;
  readonly trials: number;
  readonly rows: number;
  /** Fewer make more rows equal, so that they are merged. */
  readonly tenureValues: number;
  readonly settings: JobSpec['settings'];
}

/** A Ray cluster of a test's own, whose nodes share nothing with it but a real S3. */
export interface RayInS3 {
  readonly platform: RayClusterPlatform;
  readonly reopen: () => RayClusterPlatform;
  readonly head: RayHead;
  readonly storage: Storage;
  /** Of the test's own, on this machine. */
  readonly folder: string;
  /** Where jobs have their files on a node. */
  readonly work: string;
  readonly makeJob: MakeRemoteJob;
  /** Publishes training data and makes a job of the real stage `tune` on it. */
  readonly makeSearch: (search: Search) => Promise<JobSpec>;
  readonly close: () => Promise<void>;
}

/** Starts S3 and a head, and opens the platform as a profile does. */
export async function openRayInS3(): Promise<RayInS3> {
  const server = await startSeaweedFs();
  const temporary = await temporaryS3Storage(server.endpoint); // the head inherits how to reach it
  const { storage } = temporary;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tempered-ray-s3-')));
  const work = join(folder, 'work');
  mkdirSync(work);
  const head = await startRayHead({ memoryBytes: 4 * GIB, cpus: 2 });
  const profile = { address: head.address, memory: '4GiB', cpus: 2, python: PYTHON, work };
  const reopen = () => openRayCluster(RayClusterProfile.parse(profile), { storage, projectRoot });
  const place = { storage, folder: temporary.folder, resources: { memoryBytes: GIB / 4, cpus: 0.1, diskBytes: 0 } };
  const makeJob = remoteJobs(place);
  return {
    platform: reopen(),
    ...{ reopen, head, storage, folder, work, makeJob },
    makeSearch: async (search) => {
      const resources = { memoryBytes: 2 * GIB, cpus: 2, diskBytes: 0 };
      const change = { engine: 'ray', entry: 'jobs/ray/tune.py', resources, settings: search.settings } as const;
      const job = await makeJob(search.name, NOTHING, change);
      const train = await publishRows(storage, join(folder, search.name), search);
      const file = searchFile(job, { ...search, train, scratch: layout.scratch(storage, 'tune', job.stage) });
      await storage.write(`${job.jobDirUri}/job.json`, JSON.stringify(file));
      return job;
    },
    close: async () => {
      await head.close();
      await temporary.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function publishRows(storage: Storage, folder: string, { rows, tenureValues }: Search): Promise<Ref> {
  const said = execFileSync(PYTHON, ['-c', PUBLISH, folder, String(rows), String(tenureValues)], {
    cwd: projectRoot,
    encoding: 'utf8',
  });
  const uri = layout.stage(storage, 'split', `rows-${String(rows)}`);
  for (const name of readdirSync(folder)) await storage.write(`${uri}/${name}`, readFileSync(join(folder, name)));
  return Ref.parse({ kind: 'dataset', uri, schemaSha256: '0'.repeat(64), ...Published.parse(JSON.parse(said)) });
}

function searchFile(
  job: JobSpec,
  { trials, train, scratch }: Search & { readonly train: Ref; readonly scratch: string },
): JobFile {
  return {
    version: 1,
    jobKey: job.key,
    stage: 'tune',
    params: {
      search: 'optuna',
      learners: ['lightgbm'],
      trials,
      seed: 42,
      target: 'salary',
      features: ['age', 'is_active', 'tenure_days'],
    },
    inputs: { train },
    output: `${job.jobDirUri}/output`,
    scratch,
    resources: job.resources,
    settings: job.settings,
    salvage: 'trials',
  };
}
