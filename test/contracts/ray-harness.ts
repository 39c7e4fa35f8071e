import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JobSpec } from '../../contracts/job.js';
import { RayClusterPlatform } from '../../platforms/ray-cluster/ray-cluster-platform.js';
import { projectRoot } from '../../settings/home.js';
import { fileUri } from '../../storage/file-uri.js';
import { openStorage } from '../../storage/index.js';
import { layout } from '../../storage/layout.js';
import type { Storage } from '../../storage/storage.js';
import { startRayHead, type RayHead } from '../harness/ray-head.js';
import type { PlatformHarness } from './platform.js';
import { PREAMBLE } from './programs.js';

const MIB = 2 ** 20;

/** What the head of a test lets jobs reserve. */
const CLUSTER_MEMORY_BYTES = 1024 * MIB;

/** A Ray cluster of a test's own, and a storage on the disk that it shares. */
export interface RayHarness extends PlatformHarness {
  readonly platform: RayClusterPlatform;
  readonly head: RayHead;
  readonly storage: Storage;
}

/** Starts a head and opens the platform on it. */
export async function openRayHarness(): Promise<RayHarness> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tempered-ray-')));
  const storage = openStorage(fileUri(join(folder, "data 50% it's")), []);
  const head = await startRayHead({ memoryBytes: CLUSTER_MEMORY_BYTES, cpus: 2 });
  const reopen = () =>
    new RayClusterPlatform({
      address: head.address,
      memoryBytes: CLUSTER_MEMORY_BYTES,
      cpus: 2,
      code: { kind: 'shared', projectRoot, python: join(projectRoot, '.venv', 'bin', 'python') },
      storage,
    });
  return {
    platform: reopen(),
    head,
    storage,
    seesVitals: false,
    reopen,
    makeJob: (name, source, change = {}) => {
      const key = `test/${name}-a1`;
      const jobDirUri = layout.work(storage, key);
      const jobFolder = fileURLToPath(jobDirUri);
      mkdirSync(jobFolder, { recursive: true });
      writeFileSync(join(jobFolder, 'job.json'), '{}');
      const entry = join(jobFolder, 'program.py');
      writeFileSync(entry, PREAMBLE + source);
      return Promise.resolve({
        key,
        stage: name,
        engine: 'python',
        entry,
        jobDirUri,
        resources: { memoryBytes: 64 * MIB, cpus: 0.1, diskBytes: 0 },
        settings: {},
        ...change,
      });
    },
    countStarts: (job: JobSpec) => {
      const names = readdirSync(fileURLToPath(job.jobDirUri));
      return Promise.resolve(names.filter((file) => file.startsWith('started-')).length);
    },
    close: async () => {
      await head.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
