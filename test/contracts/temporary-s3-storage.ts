import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStorage } from '../../storage/index.js';
import type { Storage } from '../../storage/storage.js';
import { makesBucket, s3Environment, TEST_REGION } from '../harness/s3-server.js';
import type { TemporaryStorage } from './temporary-storage.js';

/**
 * Makes an empty storage in a bucket of its own, below a prefix whose name is as difficult as names get. The environment of this process
 * leads to the server from then on.
 */
export async function temporaryS3Storage(
  endpoint: string,
): Promise<TemporaryStorage & { readonly bucket: string; readonly storage: Storage }> {
  Object.assign(process.env, s3Environment(endpoint));
  const bucket = `tempered-${randomUUID().slice(0, 8)}`;
  await makesBucket(endpoint, bucket);
  const folder = await mkdtemp(join(tmpdir(), 'tempered-s3-'));
  const root = `s3://${bucket}/root%2050%25%20é%23%3F`;
  const storage = openStorage(root.replace('é', '%C3%A9'), [], { region: TEST_REGION });
  return { storage, bucket, folder, close: () => rm(folder, { recursive: true, force: true }) };
}
