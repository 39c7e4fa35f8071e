import { freePort } from './free-port.js';
import { makesBucket, type S3Server } from './s3-server.js';
import { findProgram, startProcess } from './server-process.js';

/** Starts moto's server, which plays all of AWS, S3 among it, and keeps everything in memory. */
export async function startMoto(): Promise<S3Server> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const server = await startProcess({
    what: 'moto',
    program: findProgram('moto_server'),
    args: ['-H', '127.0.0.1', '-p', String(port)],
    answers: () => makesBucket(endpoint, 'ready'),
  });
  return { endpoint, stop: () => server.end('SIGTERM') };
}
