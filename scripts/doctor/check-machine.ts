import { availableParallelism, totalmem } from 'node:os';
import { formatBytes } from '../../contracts/bytes.js';
import { TemperedError } from '../../contracts/failure.js';
import type { Offer } from '../../contracts/offer.js';
import { loadPlatform, memoryEnforcement, openPlatforms } from '../../platforms/index.js';
import type { LoadedProfile } from '../../settings/profile.js';
import { findExternalAddress } from '../../settings/temporal.js';
import { openStorageOf } from '../../storage/index.js';
import type { Storage } from '../../storage/storage.js';
import { findFreePort, PORT, UI_PORT } from '../embedded/ports.js';
import { findRunningServer } from '../embedded/server.js';
import { type Finding, fail, ok, warn } from '../../platforms/finding.js';

/** A run on a million rows writes some 300 MB; ten times that leaves room for the next ones. */
const COMFORTABLE_DISK_BYTES = 3 * 2 ** 30;

/** The largest first guess of a stage on the default input, and a margin. */
const SMALLEST_BUDGET_BYTES = 3 * 2 ** 30;

/** Memory enforcement and budget, disk, ports, and what each platform of the profile needs. */
export async function checkMachine(profile: LoadedProfile): Promise<readonly Finding[]> {
  const storage = openStorageOf(profile);
  const platforms = openPlatforms(profile, storage);
  const remote = Object.values(platforms).map(async (platform) => (await platform.check?.()) ?? []);
  return [
    checkEnforcement(),
    checkBudget(loadPlatform(platforms, 'local')),
    await checkDisk(storage),
    await checkPorts(),
    ...(await Promise.all(remote)).flat(),
  ];
}

function checkEnforcement(): Finding {
  const { kind, detail } = memoryEnforcement();
  if (kind !== 'rss-sampling') return ok('memory limit', `${kind}: ${detail}`);
  return warn(
    'memory limit',
    `${kind}: ${detail}`,
    'a job can pass its limit for a moment; on Linux, let this user write its memory cgroup',
  );
}

function checkBudget({ largest: { memoryBytes: budget } }: Offer): Finding {
  const found = `${formatBytes(budget)} for jobs, of ${formatBytes(totalmem())}; ${String(availableParallelism())} CPUs`;
  if (budget >= SMALLEST_BUDGET_BYTES) return ok('memory budget', found);
  return warn(
    'memory budget',
    found,
    `stages begin at up to ${formatBytes(SMALLEST_BUDGET_BYTES)}; free memory or run fewer rows`,
  );
}

async function checkDisk(storage: Storage): Promise<Finding> {
  const free = await storage.freeBytes();
  if (free === null) return checkReach(storage);
  const found = `${formatBytes(free)} free for ${storage.root}`;
  if (free >= COMFORTABLE_DISK_BYTES) return ok('storage', found);
  return warn('storage', found, 'free space, or set storage.root in tempered.json to a larger disk');
}

/** A storage that is reached over the network may be absent, or somebody else's. */
async function checkReach(storage: Storage): Promise<Finding> {
  try {
    await storage.stat(storage.root);
    return ok('storage', storage.root);
  } catch (error) {
    if (!(error instanceof TemperedError)) throw error;
    return fail('storage', error.message, error.details.advice ?? 'correct storage.root in tempered.json');
  }
}

async function checkPorts(): Promise<Finding> {
  const external = findExternalAddress();
  if (external !== undefined) return ok('ports', `the server is ${external}`);
  const running = findRunningServer();
  if (running) return ok('ports', `the server runs on ${running.address}, its UI on ${running.uiUrl}`);
  const taken: number[] = [];
  for (const port of [PORT, UI_PORT]) if ((await findFreePort([port])) !== port) taken.push(port);
  if (taken.length === 0) return ok('ports', `${String(PORT)} and ${String(UI_PORT)} are free`);
  return warn('ports', `${taken.join(' and ')} taken`, 'nothing to do: other ports will be found');
}

/** A profile that cannot be read, as a check. */
export function profileFailure(message: string): Finding {
  return fail('profile', message, 'correct the file');
}
