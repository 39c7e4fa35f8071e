import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { makesBucket, s3Environment, type S3Server } from './s3-server.js';
import { findProgram, startProcess } from './server-process.js';

/** Starts SeaweedFS, a real S3-speaking server with signed requests, on the loopback and in a folder of its own. */
export async function startSeaweedFs(): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), 'tempered-weed-'));
  const parts = ['master', 'volume', 'filer', 's3'] as const;
  const ports: string[] = [];
  for (const part of parts) ports.push(`-${part}.port=${await freePort()}`, `-${part}.port.grpc=${await freePort()}`);
  const endpoint = `http://127.0.0.1:${/\d+$/.exec(ports[6] ?? '')?.[0] ?? ''}`;
  const { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey } = s3Environment(endpoint);
  const identity = {
    name: 'tests',
    credentials: [{ accessKey, secretKey }],
    actions: ['Admin', 'Read', 'Write', 'List'],
  };
  await writeFile(join(folder, 's3.json'), JSON.stringify({ identities: [identity] }));
  const sockets = ['filer', 's3'].map((part) => `-${part}.localSocket=${join(folder, `${part}.sock`)}`);
  const sizes = [
    '-volume.max=100',
    '-master.volumeSizeLimitMB=64',
    '-s3.port.iceberg=0',
    '-s3.port.lance=0',
    '-master.telemetry=false',
  ];
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    const server = await startProcess({
      what: 'SeaweedFS',
      program: findProgram('weed'),
      args: [
        ...['-logtostderr=true', 'server', `-dir=${folder}`, '-ip=127.0.0.1', '-ip.bind=127.0.0.1', '-s3'],
        ...[`-s3.config=${join(folder, 's3.json')}`, ...ports, ...sockets, ...sizes],
      ],
      cwd: folder,
      answers: () => makesBucket(endpoint, 'ready'),
    });
    const stop = async (): Promise<void> => {
      // At once: on SIGTERM it waits ten seconds for clients, and nothing of it is kept.
      await server.end('SIGKILL');
      await removeFolder();
    };
    return { endpoint, stop };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}
