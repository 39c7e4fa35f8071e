import type { S3 } from '@aws-sdk/client-s3';
import type { Upload } from '@aws-sdk/lib-storage';
import { silenceNodeNotice } from './node-notice.js';

/** First call and seven repetitions with back-off: about half a minute of SlowDown. Temporal's own retries come on top. */
const ATTEMPTS = 8;

/** A connection that is not there after this will not come. */
const CONNECT_TIMEOUT_MS = 5_000;

/** S3 copies a part of 1 GiB in less, and sends nothing meanwhile. */
const SILENCE_TIMEOUT_MS = 120_000;

/** More than our operations keep busy together. */
const SOCKETS = 128;

/** The SDK's two entries, for whoever has a connection. */
export interface S3Clients {
  readonly s3: S3;
  readonly Upload: typeof Upload;
}

/**
 * Loads the SDK and makes its client; what a process with another storage never does. Endpoint and credentials come from where the SDK
 * looks for them: environment, profile files, roles.
 * @param region as `eu-central-1`; undefined leaves it to the same places
 */
export async function connectS3(region: string | undefined): Promise<S3Clients> {
  silenceNodeNotice();
  const [{ S3 }, { Upload }] = await Promise.all([import('@aws-sdk/client-s3'), import('@aws-sdk/lib-storage')]);
  const s3 = new S3({
    ...(region === undefined ? {} : { region }),
    maxAttempts: ATTEMPTS,
    retryMode: 'adaptive',
    forcePathStyle: isForeignServer(),
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_TIMEOUT_MS,
      httpAgent: { maxSockets: SOCKETS, keepAlive: true },
      httpsAgent: { maxSockets: SOCKETS, keepAlive: true },
    },
  });
  return { s3, Upload };
}

/** True when requests go to a server that is not AWS, which has seldom a host name for each bucket. */
export function isForeignServer(): boolean {
  const { AWS_ENDPOINT_URL_S3: ofS3, AWS_ENDPOINT_URL: ofAll } = process.env;
  return (ofS3 ?? ofAll ?? '') !== '';
}
