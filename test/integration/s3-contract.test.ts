import { afterAll, beforeAll, describe } from '@jest/globals';
import { describeStorageContract } from '../contracts/storage.js';
import { temporaryS3Storage } from '../contracts/temporary-s3-storage.js';
import { startMoto } from '../harness/moto.js';
import type { S3Server } from '../harness/s3-server.js';
import { startSeaweedFs } from '../harness/seaweedfs.js';

const SERVERS = [
  ['SeaweedFS', startSeaweedFs],
  ['moto', startMoto],
] as const;

describe.each(SERVERS)('S3 storage on %s', (name, start) => {
  let server: S3Server;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.stop());
  describeStorageContract(`s3 on ${name}`, () => temporaryS3Storage(server.endpoint));
});
